"""Loads the reference facts, and with DEMO=1 plays the demo story; `--scale N` pours synthetic companies beside them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.kit import clock
from portal.management import planner


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--reference", action="store_true", help="the reference facts alone")
        parser.add_argument("--scale", type=int, default=0, help="synthetic companies with applications in all states")
        parser.add_argument("--seed", type=int, default=1, help="makes --scale reproducible")

    def handle(self, *args: Any, **options: Any) -> None:
        from portal.management import reference

        try:
            reference.load_reference(self.stdout)
        except reference.BadReference as error:
            raise CommandError(str(error)) from error
        if settings.DEMO and not settings.PRODUCTION and not options["reference"]:
            from portal.management.demo import story

            self.stdout.write(f"Demo story (clock {clock.to_kst(clock.now()):%Y-%m-%d %H:%M})")
            self._play(story)
            self._deliver()
            self._scan()
        if options["scale"]:
            from portal.management import scale

            scale.pour(options["scale"], options["seed"], self.stdout.write)
        planner.refresh()

    def _play(self, story: Any) -> None:
        """The story waits for no scanner: its files come in as not scanned and are shown to it when the story has ended."""
        scanner, settings.CLAMD_URL = settings.CLAMD_URL, ""
        try:
            story.play(self.stdout.write)
        finally:
            settings.CLAMD_URL = scanner

    def _deliver(self) -> None:
        """The story's own mails reach the demo's mailbox now, so that a visitor's first mail does not queue behind them."""
        from portal.journal.tasks import deliver_notices

        if settings.EMAIL_BACKEND.startswith("portal."):
            while deliver_notices():
                pass

    def _scan(self) -> None:
        """The story's files are shown to the scanner now, where there is one; else they stay marked as not scanned."""
        from portal.documents.tasks import scan_waiting

        while scan_waiting():
            pass
