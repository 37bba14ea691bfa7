"""Runs the demo's own bank until it is stopped."""

import signal
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.kit import bank


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=settings.DEMO_BANK_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo's bank does not run in production; set BANK_GATEWAY_URL.")
        server = bank.server(Path(settings.DATA_DIR), options["port"])
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
        self.stdout.write(f"Bank: http://127.0.0.1:{server.server_port}/")
        server.serve_forever()
