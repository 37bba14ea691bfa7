"""The only code that writes institutions."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from portal.accounts.rules import OrganisationKind
from portal.journal.actions import record as journal
from portal.kit.access import require
from portal.kit.errors import Refused
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
    values = _values(record, is_demo)
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


def _values(record: Mapping[str, Any], is_demo: bool) -> dict[str, Any]:
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


@transaction.atomic
def apply(*, record: Mapping[str, Any], organisation: Organisation, by: Any) -> Institution:
    """An organisation asks to become a provider. Writes: Institution (APPLIED), Event institution.applied."""
    require(by, "providers.apply_institution", organisation)
    if Institution.objects.filter(key=record["key"]).exists():
        raise Refused(
            _("This institution is already in the list. Ask the operating agency to let you act for it."),
            "taken",
            "key",
        )
    institution = Institution(
        key=record["key"],
        organisation=organisation,
        status=rules.LIFECYCLE.initial,
        **_values(record, organisation.is_demo),
    )
    institution.save()
    journal("institution.applied", institution, by=by, to=institution.status, organisations={organisation.pk})
    return institution


@transaction.atomic
def attach(*, institution_id: int, organisation: Organisation, by: Any) -> Institution:
    """Lets an organisation's people act for the institution. Writes: Institution.organisation, Event."""
    institution = Institution.objects.select_for_update().get(pk=institution_id)
    require(by, "providers.manage_institution", institution)
    if organisation.kind != OrganisationKind.PROVIDER or organisation.is_demo != institution.is_demo:
        raise Refused(_("Only a provider's organisation of the same kind, demo or real, can be chosen."), "wrong_kind")
    institution.organisation = organisation
    institution.save()
    journal("institution.attached", institution, by=by, organisations={organisation.pk})
    return institution


def start_verification(*, institution_id: int, by: Any) -> Institution:
    return _step(institution_id, "start_verification", "institution.verification_started", by)


def activate(*, institution_id: int, by: Any) -> Institution:
    return _step(institution_id, "activate", "institution.activated", by)


def refuse(*, institution_id: int, reason: str, by: Any) -> Institution:
    return _step(institution_id, "refuse", "institution.refused", by, reason)


def suspend(*, institution_id: int, reason: str, by: Any) -> Institution:
    """Its offers are no longer offered while it is suspended."""
    return _step(institution_id, "suspend", "institution.suspended", by, reason)


def reinstate(*, institution_id: int, by: Any) -> Institution:
    return _step(institution_id, "reinstate", "institution.reinstated", by)


def retire(*, institution_id: int, reason: str, by: Any) -> Institution:
    return _step(institution_id, "retire", "institution.retired", by, reason)


REASONED = frozenset({"refuse", "suspend", "retire"})


@transaction.atomic
def _step(institution_id: int, verb: str, event: str, by: Any, reason: str = "") -> Institution:
    institution = Institution.objects.select_for_update().get(pk=institution_id)
    require(by, "providers.manage_institution", institution)
    if verb in REASONED and not reason.strip():
        raise Refused(_("Give a reason: the institution will read it."), "reason_needed", "reason")
    before, institution.status = institution.status, rules.LIFECYCLE.step(institution.status, verb)
    institution.save()
    journal(
        event,
        institution,
        by=by,
        frm=before,
        to=institution.status,
        reason=reason,
        organisations=institution.organisation_ids(),
    )
    return institution


@transaction.atomic
def record_measured_days(
    *,
    institution_id: int,
    step: str,
    median: int,
    n: int,
    as_of: date,
    by_modality: Mapping[str, Mapping[str, int]] | None = None,
) -> Institution:
    """Pushed down by later stages: the median of working days that `step` took in n cases; by_modality: the same for each
    kind of data, code → {median, n}. Writes: measured_days."""
    if step not in rules.STEPS:
        raise Refused(_("This step is not measured."), "unknown_step", "step")
    institution = Institution.objects.select_for_update().get(pk=institution_id)
    figure: dict[str, Any] = {"median": median, "n": n, "as_of": as_of.isoformat()}
    if by_modality:
        figure["by_modality"] = {kind: dict(one) for kind, one in by_modality.items()}
    if institution.measured_days.get(step) != figure:
        institution.measured_days = {**institution.measured_days, step: figure}
        institution.save()
        journal("institution.measured", institution, by=None, data={"step": step, **figure})
    return institution


@transaction.atomic
def set_target_days(*, institution_id: int, target_days: Mapping[str, int], by: Any) -> Institution:
    """Working days that the institution promises a step. Writes: target_days, Event institution.target_days_set."""
    institution = Institution.objects.select_for_update().get(pk=institution_id)
    require(by, "providers.set_target_days", institution)
    if set(target_days) - set(rules.STEPS) or not all(0 < days <= 250 for days in target_days.values()):
        raise Refused(_("Target days are 1 to 250 working days."), "bad_days", "target_days")
    institution.target_days = dict(target_days)
    institution.save()
    journal(
        "institution.target_days_set",
        institution,
        by=by,
        data={"target_days": dict(target_days)},
        organisations=institution.organisation_ids(),
    )
    return institution
