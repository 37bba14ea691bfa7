"""The real parts under the tests: servers, a database of the worker's own cloned from a template, a browser.

DATABASE_URL and REDIS_URL win; otherwise one embedded PostgreSQL and Valkey serve the whole session (`.data-test`, without
fsync). The xdist controller starts them; workers inherit the addresses and take their own database and Valkey numbers.
"""

import atexit
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from portal.kit import embedded, stamps

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".data-test"
EMBEDDED = "PORTAL_TEST_EMBEDDED"  # said by the controller to its workers
APP_URL = "PORTAL_TEST_APP_URL"  # the same server for the role that runs the portal and owns nothing
CHROMIUM_FLAGS = [
    "--headless", "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
]  # fmt: skip


def prepare(worker: str) -> None:
    """Called by conftest before the settings load. worker: main, or xdist's gw0, gw1, …"""
    kinds = [k for k, name in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL")) if not os.environ.get(name)]
    if kinds:
        services = embedded.ensure(HOME, kinds, fast=True)
        atexit.register(services.stop)
        os.environ.update(services.environment())
        if "postgres" in kinds:
            os.environ[APP_URL] = services.database_url
            os.environ["DATABASE_URL"] = services.migrate_database_url  # tests make databases and migrate them
            os.environ[EMBEDDED] = "1"
            _let_worlds_be_laid_out()
    turn = 0 if worker == "main" else int(worker.removeprefix("gw")) + 1
    for name in ("REDIS_URL", "CACHE_URL"):
        if os.environ.get(name) and turn:
            os.environ[name] = _numbered(os.environ[name], 2 * turn)


def _let_worlds_be_laid_out() -> None:
    """The role that runs the tests may lay rows out that were played before (`factories.played`); the portal's role may not."""
    owner = urlsplit(os.environ["DATABASE_URL"]).username or ""
    password = json.loads((HOME / "postgres.json").read_text())["postgres"]["postgres"]
    there = urlsplit(os.environ["DATABASE_URL"])
    with psycopg.connect(host=there.hostname, port=there.port, user="postgres", password=password, dbname="postgres") as home:
        if not home.execute("SELECT has_parameter_privilege(%s, 'session_replication_role', 'SET')", [owner]).fetchone()[0]:  # type: ignore[index]
            home.execute(sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(sql.Identifier(owner)))


def _numbered(url: str, more: int) -> str:
    parts = urlsplit(url)
    number = int(parts.path.strip("/") or 0) + more
    return urlunsplit(parts._replace(path=f"/{number}"))


# ── Databases ────────────────────────────────────────────────────────────────────────────────────────


def use_template() -> None:
    """The worker's test database is cloned from a migrated template instead of being migrated anew (embedded only)."""
    from django.conf import settings

    if os.environ.get(EMBEDDED):
        settings.DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = template()


@cache
def template() -> str:
    """A database with all migrations, made once for this state of the migrations. Returns its name."""
    migrations = sorted(f for app in ("portal", "providers", "vouchers") for f in (ROOT / app).rglob("migrations/*.py"))
    name = "tpl_portal_" + stamps.digest(*migrations, ROOT / "requirements.lock")[:16]
    with (HOME / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with home() as server:
            there = {row[0] for row in server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'tpl_%'")}
            if name in there:
                return name
            for old in there:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
            building = "tpl_building"
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
            _grant_as_the_launcher_does(building)
            env = {**os.environ, "DATABASE_URL": address(building), "MIGRATE_DATABASE_URL": ""}
            subprocess.run([sys.executable, str(ROOT / "manage.py"), "migrate", "--noinput", "-v", "0"], env=env, check=True)
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name)))
    return name


def _grant_as_the_launcher_does(database: str) -> None:
    """The running role's rights come with each table, so that what migrations take away from it is really taken away."""
    with psycopg.connect(address(database), autocommit=True) as there:
        there.execute("GRANT USAGE ON SCHEMA public TO portal_app")
        for what in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
            there.execute(sql.SQL("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT " + what + " TO portal_app"))


@contextmanager
def running_role(database: str) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """A connection as the role that runs the portal (embedded only; else the test is skipped)."""
    url = os.environ.get(APP_URL, "")
    if not url:
        pytest.skip("the roles of a foreign PostgreSQL are not known")
    with psycopg.connect(urlunsplit(urlsplit(url)._replace(path=f"/{database}")), autocommit=True) as there:
        yield there


@contextmanager
def django_as_the_running_role() -> Iterator[None]:
    """Django itself on the present test database as the role that runs the portal (embedded only; else skipped).

    For a database of the test's own (`own_database`, `committed_db`): the connection is opened anew.
    """
    from django.db import connection

    url = os.environ.get(APP_URL, "")
    if not url:
        pytest.skip("the roles of a foreign PostgreSQL are not known")
    parts, settings = urlsplit(url), connection.settings_dict
    owner = {name: settings[name] for name in ("USER", "PASSWORD")}
    connection.close()
    settings.update(USER=parts.username, PASSWORD=parts.password)
    try:
        yield
    finally:
        connection.close()
        settings.update(owner)


def address(database: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}"))


def home() -> "psycopg.Connection[tuple[str, ...]]":
    return psycopg.connect(address("postgres"), autocommit=True)


@pytest.fixture
def own_database(django_db_setup, django_db_blocker) -> Iterator[str]:
    """Instead of the db fixture: a cloned database with real commits. Gives its name."""
    from tests import clones

    with django_db_blocker.unblock(), clones.lent() as name:
        yield name


def child_environment(**more: str) -> dict[str, str]:
    """Variables for a process (worker, beat, web) that shall use this test's database, queue, cache and files."""
    from django.conf import settings
    from django.db import connection

    return {
        **os.environ,
        "DATABASE_URL": address(str(connection.settings_dict["NAME"])),
        "DATA_DIR": str(settings.DATA_DIR),
        "PORTAL_ENV": "test",
        **more,
    }


# ── The browser ──────────────────────────────────────────────────────────────────────────────────────


def chromium_path() -> str:
    """The Chromium that set-up found or installed; skips the test (fails it in CI) when there is none."""
    path = stamps.find_browser()
    if path:
        return path
    words = "no Chromium here; `make test` installs one, or set CHROMIUM=/path/to/chromium"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """pytest-playwright's browser: the system's Chromium, quiet on the network."""
    return {"executable_path": chromium_path(), "args": CHROMIUM_FLAGS, "headless": True}


def clear_data_dir() -> None:
    """The worker's files go when the session ends."""
    folder = Path(os.environ["DATA_DIR"])
    if folder.name.startswith("portal-test-"):
        shutil.rmtree(folder, ignore_errors=True)
