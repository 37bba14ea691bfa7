"""`manage.py match NEED.json [--suppliers-only]`: ranks the published datasets and offers, prints JSON (contract.md)."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from portal.kit import clock
from portal.kit.errors import DomainError
from providers.catalogue import queries as catalogue
from providers.offers import queries as offers
from vouchers.matching import rules
from vouchers.rounds.models import Round

LARGEST_BYTES = 1_000_000


class Command(BaseCommand):
    help = "Ranks the published datasets and offers for a need document and prints JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("need", help="path of the need document (JSON); - reads standard input")
        parser.add_argument("--suppliers-only", action="store_true", help="only holders that the voucher can pay")

    def handle(self, *args: Any, **options: Any) -> None:
        with override("en"):
            document = _read(options["need"])
            code_lists = catalogue.code_lists()
            known = {entry["key"]: [item["code"] for item in entry["items"]] for entry in code_lists}
            try:
                need = rules.parse_need(document, known)
            except DomainError as error:
                raise CommandError(f"{options['need']}: {error.message}") from None
            round_ = Round.objects.filter(key=need.round).first() if need.round else None
            if need.round and round_ is None:
                self.stderr.write(f"There is no round {need.round!r}; the rules of the calls so far are applied.")
            policy = rules.Policy(
                words=rules.vocabulary(code_lists),
                year=clock.today().year,
                provider_types=_provider_types(round_),
                suppliers_only=options["suppliers_only"],
                agencies=tuple(rules.holder(record) for record in offers.linkage_agencies()),
            )
            facts = offers.match_facts(demo=round_ is not None and round_.kind != "LIVE")
            candidates = [rules.candidate(*found) for found in facts]
            if not candidates:
                raise CommandError("No dataset is published here. Run `manage.py seed` first.")
            result = rules.match(need, candidates, policy)
        self.stdout.write(json.dumps(result.document(), ensure_ascii=False, indent=2))


def _provider_types(round_: Round | None) -> frozenset[str]:
    """Who may supply in the round; the reading of 2025 and 2026 when the round does not say."""
    if round_ is None:
        return frozenset()
    listed = round_.reference.get("eligible_provider_types") if round_.is_reference else None
    if listed is None and not round_.is_reference and round_.policy_version() is not None:
        listed = getattr(round_.policy(), "eligible_provider_types", None)
    return frozenset(listed or ())


def _read(path: str) -> Any:
    try:
        raw = sys.stdin.buffer.read(LARGEST_BYTES + 1) if path == "-" else _bytes(Path(path))
        if len(raw) > LARGEST_BYTES:
            raise CommandError(f"{path}: the need document is larger than 1 MB.")
        return json.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        raise CommandError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path}: not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise CommandError(f"{path}, line {error.lineno}: no valid JSON ({error.msg}).") from None
    except RecursionError:
        raise CommandError(f"{path}: no need document (nested too deep).") from None


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST_BYTES + 1)
