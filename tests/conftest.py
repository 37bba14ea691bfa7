"""Real parts: PostgreSQL, Valkey, files in a folder of the worker's own. Services come from the environment or are embedded."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("PORTAL_ENV", "test")
os.environ["PORTAL_ENV"] = "test"
os.environ["DEMO"] = "1"
os.environ["DEMO_PASSWORD"] = "demo-pass-1234"
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["DATA_DIR"] = str(Path(tempfile.gettempdir()) / f"portal-test-{os.getuid()}-{os.getpid()}-{_worker}")
os.environ.setdefault("LOG_LEVEL", "ERROR")

from tests import services  # noqa: E402 - the variables above come first

services.prepare(_worker)
from tests.services import browser_type_launch_args, own_database  # noqa: E402, F401 - fixtures


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    suffix = os.environ.get("TEST_DB_SUFFIX", "")
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = (
        "test_portal" + (f"_{suffix}" if suffix else "") + ("" if _worker == "main" else f"_{_worker}")
    )
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """The worker's database is named above and cloned from a migrated template."""
    services.use_template()


@pytest.fixture(autouse=True)
def _fresh_state(settings) -> Iterator[None]:
    """No clock offset and no cache left over from another test; Korean unless a test says otherwise."""
    from django.core.cache import cache
    from django.utils import translation

    translation.activate("ko")
    clock_file = Path(settings.DATA_DIR) / "demo-clock"
    clock_file.unlink(missing_ok=True)
    cache.clear()
    yield
    clock_file.unlink(missing_ok=True)
    translation.activate("ko")


def pytest_unconfigure() -> None:
    services.clear_data_dir()
