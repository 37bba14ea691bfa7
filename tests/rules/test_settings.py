"""Production starts only with what was given to it, and names every fault at once. Each is tried in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GIVEN = {
    "PORTAL_ENV": "production", "SECRET_KEY": "k" * 64, "ALLOWED_HOSTS": "portal.example", "BASE_URL": "https://portal.example",
    "DATABASE_URL": "postgres://app:x@db.example/portal", "REDIS_URL": "redis://queue.example/0",
    "CACHE_URL": "redis://cache.example/0", "EMAIL_URL": "smtp+tls://u:p@mail.example:587", "DEFAULT_FROM_EMAIL": "desk@voucher.kr",
    "NTS_API_URL": "https://nts.example", "NTS_API_KEY": "x", "BANK_GATEWAY_URL": "https://bank.example",
}  # fmt: skip


def start(tmp_path: Path, **changes: str | None) -> tuple[int, str]:
    """Loads the settings as a fresh process does. None takes a variable away."""
    given = {**GIVEN, "DATA_DIR": str(tmp_path), **changes}
    env = {"PATH": os.environ["PATH"], **{name: value for name, value in given.items() if value is not None}}
    done = subprocess.run(
        [sys.executable, "-c", "import portal.settings as s; print(s.DEBUG, s.DEMO, s.SESSION_COOKIE_NAME, s.SECURE_SSL_REDIRECT)"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr.rpartition("ImproperlyConfigured: ")[2]


def test_production_starts_with_all_of_it_and_writes_no_secret(tmp_path: Path) -> None:
    assert start(tmp_path) == (0, "False False __Host-sessionid True\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("change", "fault"), [
    ({"SECRET_KEY": None}, "SECRET_KEY"), ({"SECRET_KEY": "short"}, "SECRET_KEY"), ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
    ({"ALLOWED_HOSTS": "portal.example,*"}, "ALLOWED_HOSTS"), ({"DEBUG": "1"}, "DEBUG"), ({"DEMO": "1"}, "DEMO must be 0"),
    ({"DEMO_PASSWORD": "x"}, "DEMO_PASSWORD"), ({"DATABASE_URL": None}, "DATABASE_URL"), ({"REDIS_URL": None}, "REDIS_URL"),
    ({"CACHE_URL": None}, "CACHE_URL"), ({"EMAIL_URL": None}, "EMAIL_URL"), ({"BASE_URL": "http://portal.example"}, "BASE_URL"),
    ({"DEFAULT_FROM_EMAIL": None}, "DEFAULT_FROM_EMAIL"), ({"NTS_API_URL": None}, "NTS_API_URL"),
    ({"NTS_API_KEY": None}, "NTS_API_KEY"), ({"BANK_GATEWAY_URL": None}, "BANK_GATEWAY_URL"),
])  # fmt: skip
def test_production_refuses(tmp_path: Path, change: dict[str, str | None], fault: str) -> None:
    status, words = start(tmp_path, **change)
    assert status == 1 and "Production refuses to start" in words and fault in words


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    status, words = start(tmp_path, SECRET_KEY=None, ALLOWED_HOSTS=None, DEBUG="1")
    assert status == 1 and all(name in words for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DEBUG"))


def test_the_demo_has_no_default_secret_but_one_of_its_own_folder(tmp_path: Path) -> None:
    for folder in (tmp_path / "a", tmp_path / "b"):
        assert start(folder, PORTAL_ENV="demo", SECRET_KEY=None, BASE_URL=None)[0] == 0
    keys = [(folder / "secret-key").read_text() for folder in (tmp_path / "a", tmp_path / "b")]
    assert keys[0] != keys[1] and all(len(key) >= 50 for key in keys)
    assert (tmp_path / "a" / "secret-key").stat().st_mode & 0o077 == 0


def test_an_unknown_environment_is_refused(tmp_path: Path) -> None:
    assert start(tmp_path, PORTAL_ENV="prod")[0] == 1


def test_compose_gives_all_that_production_asks_for() -> None:
    """The compose file names each variable without which production refuses."""
    compose = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    missing = [name for name in GIVEN if f"\n    {name}:" not in compose]
    assert not missing
