"""Real parts: PostgreSQL, Valkey, files in a folder of the worker's own. Services come from the environment or are embedded."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from tests import clones, services
from tests.committed import committed_db  # noqa: F401 - a fixture
from tests.environment import worker as _worker
from tests.services import browser_type_launch_args, own_database  # noqa: F401 - fixtures

hypothesis_settings.register_profile("house", deadline=None)  # a busy machine is no fault of the code
hypothesis_settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    suffix = os.environ.get("TEST_DB_SUFFIX", "")
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = (
        "test_portal" + (f"_{suffix}" if suffix else "") + ("" if _worker == "main" else f"_{_worker}")
    )
    settings.WHITENOISE_AUTOREFRESH = True  # or every new test client would list all static files anew
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):  # one of several workers
        from tests.scheduling import longest_first

        longest_first(items)


def pytest_collection_finish() -> None:
    """What was loaded by now stays: no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    from tests.scheduling import scheduler

    return scheduler(config, log)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """The worker's database is named above and cloned from a migrated template."""
    services.use_template()


@pytest.fixture(autouse=True)
def _fresh_state(settings) -> Iterator[None]:
    """No clock offset and no cache left over from another test; Korean unless a test says otherwise."""
    from django.core.cache import cache
    from django.utils import translation

    from portal.kit import clock

    translation.activate("ko")
    clock_file = Path(settings.DATA_DIR) / "demo-clock"
    clock_file.unlink(missing_ok=True)
    clock.look_again()
    cache.clear()
    yield
    clock_file.unlink(missing_ok=True)
    clock.look_again()
    translation.activate("ko")


def pytest_unconfigure() -> None:
    clones.forget()
    services.clear_data_dir()
