"""Loaded by `-p tests.environment` before pytest-django reads the settings: a test run's own variables and servers."""

import os
import tempfile
from pathlib import Path

worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["PORTAL_ENV"] = "test"
os.environ["DEMO"] = "1"
os.environ["DEMO_PASSWORD"] = "demo-pass-1234"
os.environ["DATA_DIR"] = str(Path(tempfile.gettempdir()) / f"portal-test-{os.getuid()}-{os.getpid()}-{worker}")
os.environ.setdefault("LOG_LEVEL", "ERROR")
for name in ("PORT", "BASE_URL", "BANK_GATEWAY_URL", "NTS_API_URL", "STORAGE_URL", "CLAMD_URL", "EMAIL_URL"):
    os.environ.pop(name, None)  # what the developer's shell points at is not for tests

from tests import services  # noqa: E402 - the variables above come first

services.prepare(worker)
