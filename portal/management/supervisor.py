"""Runs the portal's processes side by side: shows a crash, starts again with a growing pause, ends them in order."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from portal.kit.embedded.processes import alive, command_of, die_with_parent

PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS = 60.0
LOG_LIMIT = 5 * 1024 * 1024
SHOWN_LINES = 12


@dataclass
class Child:
    """One process in a session of its own. patience: seconds it gets to end before it is killed. stops: its turn then."""

    name: str
    command: list[str]
    patience: float = 3.0
    stops: int = 9
    process: "subprocess.Popen[bytes] | None" = None
    since: float = 0.0
    crashes: int = 0
    again_at: float = 0.0


@dataclass
class Supervisor:
    """children stand in the order of starting. heal: called now and then, returns what it had to start again."""

    data_dir: Path
    cwd: Path
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    watched_log: Path | None = None
    heal: Callable[[], list[str]] = list
    _told_up_to: int = 0

    def clear_leftovers(self) -> None:
        """Ends processes that a killed supervisor left behind (the kernel does that on Linux; elsewhere we do)."""
        try:
            known: dict[str, int] = json.loads(self._record.read_text())
        except (OSError, ValueError):
            return
        for name, pid in known.items():
            if alive(pid) and str(self.data_dir) in _mark(pid):
                self.say(f"Ending a {name} process that an earlier run left behind ({pid}).")
                _end_group(pid, 3)
        self._record.unlink(missing_ok=True)

    def start(self, child: Child) -> None:
        folder = self.data_dir / "log"
        folder.mkdir(exist_ok=True)
        with _fresh_log(folder / f"{child.name}.log") as log:
            child.process = subprocess.Popen(
                child.command, cwd=self.cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env=_environment(self.data_dir),
                start_new_session=True, preexec_fn=_prepare(),
            )  # fmt: skip
        child.since = time.monotonic()
        if child not in self.children:
            self.children.append(child)
        self._record.write_text(json.dumps({c.name: c.process.pid for c in self.children if c.process}))

    def look(self) -> None:
        """One look at every child; call it a few times a second."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if now >= child.again_at:
                    self.start(child)
                    self.say(f"{child.name} runs again.")
            elif child.process.poll() is not None:
                self._crashed(child, now)
        for kind in self.heal():
            self.say(f"The keeper of {kind} was gone; it and its servers run again.")
        self._pass_on()

    def stop(self) -> None:
        """In the order of `stops`. Whatever does not end in its time is killed with its whole group."""
        for child in sorted(self.children, key=lambda c: c.stops):
            if child.process is not None:
                _end_child(child.process, child.patience)
                child.process = None
        self._record.unlink(missing_ok=True)

    @property
    def _record(self) -> Path:
        return self.data_dir / "children.json"

    def _crashed(self, child: Child, now: float) -> None:
        assert child.process is not None
        _kill_group(child.process.pid)  # grandchildren of a killed parent
        if now - child.since > STEADY_SECONDS:
            child.crashes = 0
        pause = PAUSES[min(child.crashes, len(PAUSES) - 1)]
        child.crashes += 1
        child.again_at = now + pause
        self.say(f"{child.name} ended ({how_it_ended(child.process.returncode)}); starting it again in {pause:g} s.")
        for line in last_lines(self.data_dir / "log" / f"{child.name}.log"):
            self.say(f"    {line}")
        child.process = None

    def _pass_on(self) -> None:
        """What the keepers of the embedded servers wrote since the last look."""
        if self.watched_log is None or not self.watched_log.exists():
            return
        size = self.watched_log.stat().st_size
        if size > self._told_up_to:
            with self.watched_log.open("rb") as file:
                file.seek(self._told_up_to)
                for line in file.read().decode(errors="replace").splitlines():
                    self.say(line.partition(" ")[2])
            self._told_up_to = size

    def watch(self, log: Path) -> None:
        """Shows what is written to this file from now on."""
        self.watched_log = log
        self._told_up_to = log.stat().st_size if log.exists() else 0


def how_it_ended(status: int) -> str:
    return signal.Signals(-status).name if status < 0 else f"status {status}"


def last_lines(file: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return file.read_text(errors="replace").rstrip().splitlines()[-SHOWN_LINES:]
    return []


def _environment(data_dir: Path) -> dict[str, str]:
    env = {**os.environ, "PORTAL_SUPERVISED": str(data_dir)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # a start without compiled files takes twice as long
    return env


def _prepare() -> Callable[[], None]:
    arm = die_with_parent(signal.SIGTERM)

    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # only we tell them to end, and in what order
        if arm is not None:
            arm()

    return prepare


def _mark(pid: int) -> str:
    """What tells our process from a stranger with the same id: its environment (Linux) or its command line."""
    file = Path(f"/proc/{pid}/environ")
    with contextlib.suppress(OSError):
        return file.read_bytes().replace(b"\0", b"\n").decode(errors="replace")
    return command_of(pid)


def _fresh_log(file: Path) -> IO[bytes]:
    return file.open("wb" if file.exists() and file.stat().st_size > LOG_LIMIT else "ab")


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _end_child(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    _kill_group(process.pid)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(2)


def _end_group(pid: int, seconds: float) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGTERM)
    end = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.1)
    _kill_group(pid)
