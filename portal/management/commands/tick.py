"""Does every due job once, in the order of the beat schedule, without a broker."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.celery import SWEEPS, app


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        app.loader.import_default_modules()
        for name in SWEEPS:
            task = app.tasks.get(name)
            if task is None:
                self.stderr.write(f"{name}: no such task")
                continue
            self.stdout.write(f"{name}: {task()}")
