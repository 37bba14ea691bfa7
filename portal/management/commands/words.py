"""Compiles the Korean catalogues, one a room, into the one that Django reads; names what has no Korean yet.

English needs a catalogue only for the words of other people's packages that are not the house's (locale/en).
"""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import reloader

_PYTHON = re.compile(
    r"""(?:\b_|gettext|gettext_lazy|ngettext|pgettext)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)""",
)
_TEMPLATE = re.compile(r"""{%\s*(?:translate|trans)\s+"((?:[^"\\]|\\.)*)"|{%\s*(?:translate|trans)\s+'((?:[^'\\]|\\.)*)'""")
_TAG = re.compile(r"{%.*?%}|{{.*?}}")
_ARGUMENT = re.compile(r"""\b_\("([^"]*)"\)""")  # {% include "x" with title=_(…) %}
_BLOCK = re.compile(r"{%\s*blocktrans(?:late)?\b([^%]*)%}(.*?)(?:{%\s*plural\s*%}.*?)?{%\s*endblocktrans(?:late)?\s*%}", re.S)


def sources(base: Path) -> set[str]:
    """Every msgid in our code and templates. blocktranslate variables become %(name)s, as Django makes them."""
    found: set[str] = set()
    for folder in ("portal", "vouchers", "providers"):
        for file in (base / folder).rglob("*.py"):
            for match in _PYTHON.finditer(file.read_text(encoding="utf-8")):
                parts = re.findall(r'"((?:[^"\\]|\\.)*)"', match.group(1))
                found.add("".join(parts).replace('\\"', '"').replace("\\n", "\n"))
    for file in (base / "templates").rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        found |= {(a or b).replace("%", "%%") for a, b in _TEMPLATE.findall(text)}  # as Django looks them up
        found |= {word for tag in _TAG.findall(text) for word in _ARGUMENT.findall(tag)}
        for options, body in _BLOCK.findall(text):
            if "trimmed" in options:
                body = " ".join(line.strip() for line in body.strip().splitlines())
            body = body.replace("%", "%%") if "%" in re.sub(r"{{.*?}}", "", body) else body
            found.add(re.sub(r"{{\s*([\w.]+)(?:\|[^}]*)?\s*}}", r"%(\1)s", body))
    return {m for m in found if m.strip()}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="exit 1 when a msgid has no Korean")
        parser.add_argument("--only", default="", help="list missing msgids only of files whose path contains this")

    def handle(self, *args: Any, **options: Any) -> None:
        self._compile("en")
        origin = self._compile("ko")
        reloader.translation_file_changed(self, Path("django.mo"))  # the seeds of a first start follow in this very process
        missing = sorted(m for m in sources(Path(settings.BASE_DIR)) if (None, m) not in origin)
        self.stdout.write(f"{len(origin)} sentences in Korean, {len(missing)} without")
        for msgid in missing if options["check"] or options["verbosity"] > 1 else []:
            self.stdout.write(f"  {msgid!r}")
        if missing and options["check"]:
            raise CommandError("Some sentences have no Korean.")

    def _compile(self, language: str) -> dict[Any, str]:
        """locale/<language>/*.po → the one django.mo. Returns which file translates which sentence."""
        folder = Path(settings.BASE_DIR) / "locale" / language
        merged = Catalog(locale=language, domain="django", charset="utf-8")
        merged.fuzzy = False
        origin: dict[Any, str] = {}
        for file in sorted(folder.glob("*.po")):
            try:
                catalogue = read_po(BytesIO(file.read_bytes()), locale=language, abort_invalid=True)
            except Exception as error:
                raise CommandError(f"{file.name}: {error}") from error
            for message in catalogue:
                if not message.id or not message.string or message.fuzzy:
                    continue
                key = (message.context, message.id if isinstance(message.id, str) else message.id[0])
                before = merged.get(message.id, message.context)
                if before is not None and before.string != message.string:
                    self.stderr.write(f"{file.name}: “{key[1]}” is translated otherwise in {origin[key]}")
                    continue
                merged.add(message.id, message.string, context=message.context)
                origin[key] = file.name
        target = folder / "LC_MESSAGES" / "django.mo"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            write_mo(out, merged)
        return origin
