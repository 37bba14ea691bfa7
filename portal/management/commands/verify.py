"""`manage.py verify`: exit 1 naming the first row that lies."""

import time
from typing import Any

from django.core.management.base import BaseCommand

from portal.management.verify import CHECKS


class Command(BaseCommand):
    help = "Recomputes the journal's chains, the ledger's sums and every stored count; exit 1 naming the first row that lies."

    def handle(self, *args: Any, **options: Any) -> None:
        for check in CHECKS:
            started = time.monotonic()
            fault = next(check.faults(), None)
            if fault is not None:
                self.stderr.write(f"FALSE  {check.name}: {fault}")
                raise SystemExit(1)
            self.stdout.write(f"true   {check.name}: {check.rows():,} rows in {time.monotonic() - started:.1f} s")
        self.stdout.write("verify: everything adds up")
