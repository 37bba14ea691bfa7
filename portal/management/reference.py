"""Loads seeds/reference/ through the rooms' actions. Idempotent; an error names file and record."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from portal.kit.errors import DomainError
from providers.catalogue import actions as catalogue
from providers.catalogue.rules import above
from providers.institutions import actions as institutions
from vouchers.rounds import actions as rounds


class BadReference(Exception):
    """file, record and what is wrong, in one sentence."""


def folder() -> Path:
    return Path(settings.BASE_DIR) / "seeds" / "reference"


def read(name: str) -> list[dict[str, Any]]:
    """The records of one file. Raises BadReference when it is no JSON array of objects with keys."""
    path = folder() / name
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadReference(f"{path} is missing.") from None
    except json.JSONDecodeError as error:
        raise BadReference(f"{name}, line {error.lineno}: no JSON ({error.msg}).") from None
    if not isinstance(records, list) or not all(isinstance(record, dict) and record.get("key") for record in records):
        raise BadReference(f"{name}: an array of objects with a key each is expected.")
    keys = [record["key"] for record in records]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise BadReference(f"{name}: the key {doubled[0]} occurs twice.")
    return records


def load_reference(stdout: Any) -> None:
    """Code lists, institutions, datasets, rounds. Each file in its own transaction."""
    code_lists, institution_records, datasets = (
        read("code_lists.json"),
        read("institutions.json"),
        read("datasets.json"),
    )
    _check_codes(code_lists, institution_records, datasets)
    with transaction.atomic():
        for record in code_lists:
            _do("code_lists.json", record, catalogue.register_code_list)
    with transaction.atomic():
        for record in institution_records:
            _do("institutions.json", record, institutions.register_reference)
    with transaction.atomic():
        _load_datasets(datasets)
    with transaction.atomic():
        for record in read("dataset_series.json"):
            _do("dataset_series.json", record, catalogue.register_series)
    rounds = _load_rounds()
    stdout.write(
        f"Reference data: {len(code_lists)} code lists, {len(institution_records)} institutions, "
        f"{len(datasets)} datasets, {rounds} rounds."
    )


def _load_datasets(records: list[dict[str, Any]]) -> None:
    """Umbrella entries first, so that the hospitals' own collections can point to them."""
    rows: dict[str, Any] = {}
    for record in sorted(records, key=lambda r: above(r["key"]) is not None):
        umbrella = rows.get(above(record["key"]) or "")
        rows[record["key"]] = _do("datasets.json", record, catalogue.register_reference, part_of=umbrella)


def _load_rounds() -> int:
    records = read("rounds.json")
    with transaction.atomic():
        for record in records:
            _do("rounds.json", record, rounds.register_reference_round, by=None)
    return len(records)


def _do(file: str, record: dict[str, Any], action: Any, /, **arguments: Any) -> Any:
    try:
        return action(record=record, **arguments)
    except DomainError as error:
        raise BadReference(f"{file}, record {record['key']}: {error.message}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise BadReference(f"{file}, record {record['key']}: {type(error).__name__} {error}") from error


DATASET_CODES = {
    "health_category": "health_category", "modality": "modality", "access_mode": "access_mode", "exits": "exit_kind",
    "standard": "standard", "legal_basis": "legal_basis", "status": "dataset_status", "access_rights": "access_rights",
    "update_frequency": "update_frequency", "disease_scope": "disease_scope", "certainty": "certainty",
}  # fmt: skip
INSTITUTION_CODES = {
    "institution_type": "institution_type", "hospital_type": "hospital_type", "consortium": "consortium",
    "region": "region", "roles": "institution_role", "certainty": "certainty",
}  # fmt: skip


def _check_codes(code_lists: Any, institution_records: Any, datasets: Any) -> None:
    """Every code exists in its list, every institution key exists. Raises BadReference naming the first that does not."""
    known = {entry["key"]: {item["code"] for item in entry["items"]} for entry in code_lists}
    keys = {record["key"] for record in institution_records}
    for file, records, fields in (
        ("institutions.json", institution_records, INSTITUTION_CODES),
        ("datasets.json", datasets, DATASET_CODES),
    ):
        for record in records:
            for name, listed in fields.items():
                value = record.get(name)
                for code in value if isinstance(value, list) else [value] if value is not None else []:
                    if code not in known.get(listed, set()):
                        raise BadReference(f"{file}, record {record['key']}: {name} {code!r} is not in the list {listed}.")
    for record in datasets:
        for key in [record["institution"], *(record.get("holders") or ())]:
            if key not in keys:
                raise BadReference(f"datasets.json, record {record['key']}: no institution {key!r}.")
