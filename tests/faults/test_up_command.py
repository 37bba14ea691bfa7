"""manage.py up: crashes are shown and mended, the order of ending, taken ports, Ctrl-C in the background."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from portal.kit.embedded.processes import alive, free_port
from portal.management.commands.up import table
from portal.management.supervisor import Child, Supervisor

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
UNSET = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "REDIS_URL", "CACHE_URL", "PORTAL_TEST_EMBEDDED")


def sleeper(name: str, tmp_path: Path, stops: int = 9) -> Child:
    """A process that writes its name into a file when it is told to end."""
    code = (
        "import signal, sys, time\n"
        f"def end(*_):\n open({str(tmp_path / 'order')!r}, 'a').write({name!r} + ' ')\n sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\nprint('up', flush=True)\nwhile True: time.sleep(0.05)"
    )
    return Child(name, [sys.executable, "-c", code], stops=stops)


def wait_for(true: object, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)


def test_children_end_in_their_order_and_leave_nothing(tmp_path: Path) -> None:
    house = Supervisor(tmp_path, tmp_path, lambda words: None)
    for name, stops in (("web", 1), ("worker", 3), ("beat", 2)):
        house.start(sleeper(name, tmp_path, stops))
    pids = [child.process.pid for child in house.children if child.process]
    wait_for(lambda: all("up" in (tmp_path / "log" / f"{c.name}.log").read_text() for c in house.children))
    house.stop()
    assert (tmp_path / "order").read_text().split() == ["web", "beat", "worker"]
    assert not any(alive(pid) for pid in pids)
    assert not (tmp_path / "children.json").exists()


def test_a_crash_is_shown_and_mended(tmp_path: Path) -> None:
    said: list[str] = []
    house = Supervisor(tmp_path, tmp_path, said.append)
    child = sleeper("worker", tmp_path)
    house.start(child)
    wait_for(lambda: "up" in (tmp_path / "log" / "worker.log").read_text())
    assert child.process is not None
    os.kill(child.process.pid, signal.SIGKILL)
    wait_for(lambda: house.look() or any("runs again" in words for words in said))
    assert any("worker ended (SIGKILL); starting it again in 1 s" in words for words in said)
    house.stop()


def test_what_a_killed_run_left_is_ended(tmp_path: Path) -> None:
    house = Supervisor(tmp_path, tmp_path, lambda words: None)
    child = sleeper("web", tmp_path)
    house.start(child)
    assert child.process is not None
    said: list[str] = []
    Supervisor(tmp_path, tmp_path, said.append).clear_leftovers()
    child.process.wait(5)
    assert any("left behind" in words for words in said)


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        env = {**os.environ, "PORT": str(port), "DATA_DIR": str(tmp_path)}
        done = subprocess.run([sys.executable, "manage.py", "up"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr and f"PORT={port + 10} make up" in done.stderr
    assert not (tmp_path / "postgres").exists()


def test_the_table_counts_hangul_double() -> None:
    lines = table([("a", "누구", "x"), ("bcd", "심사자", "y")]).splitlines()
    assert lines[0].endswith("누구    x") and lines[2].endswith("심사자  y")


def test_up_in_the_background_ends_on_ctrl_c_and_leaves_nothing(tmp_path: Path) -> None:
    """`make up &`: the shell starts it with SIGINT ignored. Ready, answers, ends within 15 s, no process stays."""
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_uid == os.geteuid() and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    port = free_port()
    env = {name: value for name, value in os.environ.items() if name not in UNSET}
    env |= {"PORT": str(port), "DATA_DIR": str(tmp_path), "DEMO": "0", "PORTAL_ENV": "demo"}
    run = subprocess.Popen(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    assert run.stdout is not None
    lines = []
    for line in run.stdout:
        lines.append(line)
        if line.startswith("Portal ready"):
            break
    assert lines[-1] == f"Portal ready: http://127.0.0.1:{port}/\n", "".join(lines)[-3000:]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready") as answer:
        assert answer.status == 200
    begun = time.monotonic()
    run.send_signal(signal.SIGINT)
    rest = run.stdout.read()
    assert run.wait(20) == 0, rest
    assert time.monotonic() - begun < 15
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False).stdout
    assert str(tmp_path) not in found
