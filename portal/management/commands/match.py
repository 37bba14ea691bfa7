"""`manage.py match NEED.json [--suppliers-only]`: ranks the published datasets and offers, prints JSON (contract.md)."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from portal.kit.errors import DomainError
from providers.catalogue import queries as catalogue
from vouchers.matching import queries, rules

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
                place = f"{options['need']}: “{error.field}”" if error.field else options["need"]
                raise CommandError(f"{place}: {error.message}") from None
            round_ = queries.round_by_key(need.round) if need.round else None
            if need.round and round_ is None:
                raise CommandError(f"{options['need']}: “{need.round[:60]}” in “round” is no round of this portal.")
            policy = queries.engine_policy(round_, code_lists, suppliers_only=options["suppliers_only"])
            if need.track and policy.task_prices and need.track not in policy.task_prices:
                listed = ", ".join(policy.task_prices)
                raise CommandError(
                    f"{options['need']}: “{need.track[:60]}” in “track” is no track of the round. It has {listed}."
                )
            candidates = queries.candidates_for(round_)
            if not candidates:
                raise CommandError("No dataset is published here. Run `manage.py seed` first.")
            result = rules.match(need, candidates, policy)
        self.stdout.write(json.dumps(result.document(), ensure_ascii=False, indent=2))


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
