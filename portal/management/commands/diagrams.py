"""Prints every lifecycle as a diagram; --write puts them into vouchers/README.md."""

import importlib
import pkgutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.kit.lifecycle import Lifecycle
from portal.management.diagrams import BEGIN, END, printed


def lifecycles() -> list[Lifecycle]:
    """All tables of the house, by name."""
    found: dict[str, Lifecycle] = {}
    for name in ("vouchers", "providers", "portal"):
        package = importlib.import_module(name)
        for info in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".rules" in info.name:
                for value in vars(importlib.import_module(info.name)).values():
                    if isinstance(value, Lifecycle):
                        found[value.name] = value
    return list(found.values())


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--write", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        text = printed(lifecycles())
        if not options["write"]:
            self.stdout.write(text)
            return
        path = Path(settings.BASE_DIR) / "vouchers" / "README.md"
        before = path.read_text(encoding="utf-8")
        head, tail = before.split(BEGIN)[0], before.split(END)[-1]
        path.write_text(head + text + tail, encoding="utf-8")
