"""How a web server of the portal is started: `manage.py up` and the rush of `make bench` start the same one."""

import os
import sys

PORTAL = "portal.wsgi:application"
# The longest there is. A thread that ends takes its connection along, and the next opens one and plans every statement anew:
# a hand-in on a new one costs twice as much of a core, and whoever comes at the same moment waits for it too.
IDLE_SECONDS = 600


def cores() -> int:
    """Processes that answer requests, and that work behind them."""
    return max(2, min(os.cpu_count() or 2, 8))


def command(port: int, application: str = PORTAL) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", application, "--no-ws", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(cores()), "--blocking-threads", "4", "--blocking-threads-idle-timeout", str(IDLE_SECONDS),
        "--backpressure", "64", "--respawn-failed-workers", "--workers-kill-timeout", "2", "--log-level", "warning",
    ]  # fmt: skip
