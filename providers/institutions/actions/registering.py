"""Institutions of the reference data."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from portal.journal.actions import record as journal
from portal.kit.access import require
from providers.institutions import rules
from providers.institutions.models import Institution

_TEXT_FIELDS = (
    "name_ko", "name_en", "institution_type", "hospital_type", "hospital_type_certainty", "consortium",
    "consortium_role", "region", "site", "notes", "source", "certainty",
)  # fmt: skip


@transaction.atomic
def register_reference(*, record: Mapping[str, Any], by: Any = None, is_demo: bool = False) -> Institution:
    """Creates or updates the institution of a reference record (seeds/reference/institutions.json); idempotent.

    Writes: Institution (ACTIVE when new), Event institution.registered or institution.revised when something changed.
    """
    require(by, "providers.manage_institution")
    values = values_of(record, is_demo)
    institution = Institution.objects.select_for_update().filter(key=record["key"]).first()
    if institution is None:
        institution = Institution(key=record["key"], status=rules.InstitutionStatus.ACTIVE, **values)
        institution.save()
        journal("institution.registered", institution, by=by, to=institution.status, data={"key": institution.key})
        return institution
    changed = sorted(name for name, value in values.items() if getattr(institution, name) != value)
    if changed:
        for name in changed:
            setattr(institution, name, values[name])
        institution.save()
        journal("institution.revised", institution, by=by, data={"fields": changed})
    return institution


def values_of(record: Mapping[str, Any], is_demo: bool) -> dict[str, Any]:
    values: dict[str, Any] = {name: record.get(name) or "" for name in _TEXT_FIELDS}
    values |= {
        "aliases": list(record.get("aliases") or ()),
        "capital_area": record.get("capital_area"),
        "voucher_supplier": bool(record.get("voucher_supplier")),
        "roles": list(record.get("roles") or ()),
        "secure_analysis_centre": bool(record.get("secure_analysis_centre")),
        "is_demo": is_demo or bool(record.get("is_demo")),
    }
    if record.get("target_days"):
        values["target_days"] = dict(record["target_days"])
    return values
