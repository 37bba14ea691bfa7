"""The embedded servers: joined, left, killed. Real processes in a folder of their own; nothing may stay behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from portal.kit import embedded
from portal.kit.embedded.processes import alive, wait_gone

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
USER = (
    "import sys, time; from pathlib import Path; from portal.kit import embedded;"
    "s = embedded.ensure(Path(sys.argv[1])); print(*s.pids().values(), flush=True); time.sleep(300)"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the module: making a cluster takes a second or two."""
    found = tmp_path_factory.mktemp("servers")
    for path in (found, *found.parents):
        if path.stat().st_uid == os.geteuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)  # pytest's folders are 0700; the service user must pass
    return found


@pytest.fixture
def servers(folder: Path) -> Iterator[embedded.Services]:
    services = embedded.ensure(folder)
    yield services
    services.stop()


def until(true: object, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def pings(url: str) -> bool:
    try:
        return bool(redis.Redis.from_url(url, socket_timeout=2).ping())
    except redis.RedisError:
        return False


def test_postgres_knows_hangul_and_the_extensions(servers: embedded.Services) -> None:
    with psycopg.connect(servers.database_url) as db:
        assert db.execute("SELECT similarity('서울소프트웨어', '서울소프트') > 0.4").fetchone() == (True,)
        found = {row[0] for row in db.execute("SELECT extname FROM pg_extension")}
    assert {"pg_trgm", "btree_gist", "unaccent", "citext", "vector"} <= found


def test_the_portals_role_owns_nothing(servers: embedded.Services) -> None:
    with psycopg.connect(servers.migrate_database_url, autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS owned; CREATE TABLE owned (id int)")
    with psycopg.connect(servers.database_url, autocommit=True) as app:
        app.execute("INSERT INTO owned VALUES (1)")
        for forbidden in (
            "CREATE TABLE mine (id int)",
            "TRUNCATE owned",
            "ALTER TABLE owned DISABLE TRIGGER ALL",
            "DROP TABLE owned",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)
        row = app.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (False, False)


def test_passwords_are_for_their_owner_alone(servers: embedded.Services) -> None:
    for name in ("postgres.json", "valkey.json", "valkey-broker/valkey.conf"):
        assert (servers.data_dir / name).stat().st_mode & 0o077 == 0
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(
            servers.broker_url.replace(":@", "@").split("@")[0].split(":")[0] + "://" + servers.broker_url.split("@")[1]
        ).ping()


def test_the_queue_never_evicts_and_the_cache_may(servers: embedded.Services) -> None:
    queue, cache = redis.Redis.from_url(servers.broker_url), redis.Redis.from_url(servers.cache_url)
    assert queue.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert queue.config_get("appendonly") == {"appendonly": "yes"}
    assert cache.config_get("maxmemory-policy") == {"maxmemory-policy": "allkeys-lru"}


def test_the_last_user_ends_the_servers(folder: Path) -> None:
    first = embedded.ensure(folder)
    second = embedded.attached(folder)
    assert second is not None
    pids = list(first.pids().values())
    first.stop()
    assert answers(second.database_url)
    second.stop()
    assert wait_gone(pids, 5)
    assert embedded.attached(folder) is None


def test_kill_of_the_user_leaves_no_server(folder: Path) -> None:
    user = subprocess.Popen([sys.executable, "-c", USER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert user.stdout is not None
    pids = [int(word) for word in user.stdout.readline().split()]
    assert len(pids) == 3 and all(alive(pid) for pid in pids)
    user.kill()
    user.wait()
    assert wait_gone(pids, 15)


def test_killed_servers_come_back_with_what_was_committed(servers: embedded.Services) -> None:
    with psycopg.connect(servers.migrate_database_url, autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS kept; CREATE TABLE kept (id int); INSERT INTO kept VALUES (7)")
    redis.Redis.from_url(servers.broker_url).set("kept", "7")
    time.sleep(1.2)  # appendfsync everysec
    before = servers.pids()
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    until(lambda: answers(servers.database_url) and pings(servers.broker_url) and pings(servers.cache_url))
    with psycopg.connect(servers.database_url) as db:
        assert db.execute("SELECT id FROM kept").fetchone() == (7,)
    assert redis.Redis.from_url(servers.broker_url).get("kept") == b"7"
    until(lambda: "PostgreSQL runs again" in servers.log.read_text())
    until(lambda: not set(before.values()) & set(servers.pids().values()))  # a keeper writes the number down a moment later


def test_a_killed_keeper_is_replaced(servers: embedded.Services) -> None:
    assert servers.heal() == []
    for keeper in list(servers._started.values()):
        os.kill(keeper.pid, signal.SIGKILL)
        keeper.wait()
    assert sorted(servers.heal()) == ["postgres", "valkey"]
    assert answers(servers.database_url) and pings(servers.broker_url)
