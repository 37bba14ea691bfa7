"""The real reference data as the engine sees it, without a database."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from providers.catalogue.rules import above, drawn_from
from vouchers.matching import rules

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


@cache
def records(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads((SEEDS / "reference" / f"{name}.json").read_text()))


@cache
def known() -> dict[str, list[str]]:
    return {entry["key"]: [item["code"] for item in entry["items"]] for entry in records("code_lists")}


@cache
def candidates() -> tuple[rules.Candidate, ...]:
    institutions = {record["key"]: record for record in records("institutions")}
    return tuple(
        rules.candidate(
            {**record, "part_of": above(record["key"]) or drawn_from(record["key"])}, institutions[record["institution"]]
        )
        for record in records("datasets")
    )


def policy(**more: Any) -> rules.Policy:
    agencies = tuple(rules.holder(record) for record in records("institutions") if "LINKAGE_AGENCY" in record["roles"])
    return rules.Policy(words=rules.vocabulary(records("code_lists")), year=2026, agencies=agencies, **more)


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SEEDS / "demo" / "needs" / f"{name}.json").read_text())
    return found


def need(**fields: Any) -> rules.Need:
    return rules.parse_need({"modality": ["CT"], **fields}, known())
