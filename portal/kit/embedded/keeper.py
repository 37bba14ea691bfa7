"""The keeper: a small process that owns the embedded servers of one kind for as long as somebody uses them.

Every user holds a shared lock on `<kind>.users`; the kernel releases it when the user dies, by kill -9 too. The keeper
ends the servers as soon as it gets that lock for itself, and starts a server again that ended on its own.
`run` is its process (arguments KIND DATA_DIR [--fast]); it says `ready` or one sentence of error on stdout.
"""

import json
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from portal.kit.embedded.postgres import CannotStart, Postgres
from portal.kit.embedded.processes import Lock
from portal.kit.embedded.valkey import Valkey

BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
NAMES = {"postgres": "PostgreSQL", "broker": "Valkey (queue)", "cache": "Valkey (cache)"}


class Server(Protocol):
    child: Any

    def start(self, known: dict[str, Any]) -> dict[str, Any]: ...
    def stop(self) -> None: ...


def read_state(data_dir: Path, kind: str) -> dict[str, Any]:
    """What the last start remembered: server → port, passwords, process id."""
    try:
        state: dict[str, Any] = json.loads((data_dir / f"{kind}.json").read_text())
    except (OSError, ValueError):
        return {}
    return state


def write_state(data_dir: Path, kind: str, state: dict[str, Any]) -> None:
    new = data_dir / f"{kind}.json.new"
    new.touch(mode=0o600)
    new.chmod(0o600)
    new.write_text(json.dumps(state))
    new.replace(data_dir / f"{kind}.json")


class Keeper:
    def __init__(self, kind: str, data_dir: Path, *, fast: bool) -> None:
        self.kind, self.data_dir = kind, data_dir
        (data_dir / "log").mkdir(exist_ok=True)
        self.log = (data_dir / "log" / f"{kind}.log").open("ab")
        self.told = (data_dir / "log" / "services.log").open("a")
        self.servers: dict[str, Server] = (
            {"postgres": Postgres(data_dir, fast=fast, log=self.log)}
            if kind == "postgres"
            else {name: Valkey(data_dir, name, log=self.log) for name in ("broker", "cache")}
        )
        self.state = read_state(data_dir, kind)
        self.failures = dict.fromkeys(self.servers, 0)
        self.since = dict.fromkeys(self.servers, 0.0)
        self.ending = False

    def start(self) -> None:
        for name in self.servers:
            self._start(name)

    def _start(self, name: str) -> None:
        self.state[name] = self.servers[name].start(self.state.get(name, {}))
        self.since[name] = time.monotonic()
        write_state(self.data_dir, self.kind, self.state)

    def stop(self) -> None:
        for server in reversed(self.servers.values()):
            server.stop()

    def watch(self, users: Lock) -> None:
        """Until nobody uses the servers, or somebody ends this process."""
        while not self.ending and not users.acquire(wait=False):
            for name, server in self.servers.items():
                if server.child is not None and server.child.poll() is not None:
                    self._again(name, server.child.returncode)
            time.sleep(0.2)

    def _again(self, name: str, status: int) -> None:
        if time.monotonic() - self.since[name] > 60:
            self.failures[name] = 0
        wait = BACKOFF[min(self.failures[name], len(BACKOFF) - 1)]
        self.failures[name] += 1
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        self._tell(f"{NAMES[name]} ended ({how}); starting it again in {wait:g} s.")
        time.sleep(wait)
        try:
            self._start(name)
        except Exception as problem:  # tried again by the next look
            self._tell(f"{NAMES[name]}: {problem}")
        else:
            self._tell(f"{NAMES[name]} runs again.")

    def _tell(self, words: str) -> None:
        self.told.write(f"{datetime.now():%H:%M:%S} {words}\n")
        self.told.flush()


def main(kind: str, data_dir: Path, *, fast: bool) -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the users' business; they leave, then we do
    mine, users = Lock(data_dir / f"{kind}.keeper"), Lock(data_dir / f"{kind}.users")
    if not mine.acquire(wait=False):
        return _say("another keeper is already there", 1)
    keeper = Keeper(kind, data_dir, fast=fast)

    def end(*_: object) -> None:
        keeper.ending = True

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        keeper.start()
    except CannotStart as problem:
        keeper.stop()
        return _say(str(problem), 1)
    except Exception as problem:
        keeper.stop()
        return _say(f"{type(problem).__name__}: {problem}", 1)
    _say("ready", 0)
    try:
        keeper.watch(users)
    finally:
        keeper.stop()
        mine.release()  # first: a new user that waits for the second must find no keeper
        users.release()
    return 0


def _say(words: str, status: int) -> int:
    os.write(1, (words.replace("\n", " ") + "\n").encode())
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    return status


def run() -> None:
    """The process: argv is KIND DATA_DIR [--fast]."""
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), fast="--fast" in sys.argv))
