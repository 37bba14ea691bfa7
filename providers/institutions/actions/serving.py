"""What is published before anybody applies: promised and measured days, shares of positive answers, the contact desk."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal.actions import record as journal
from portal.kit.access import require
from portal.kit.errors import Refused, Stale
from providers.institutions import rules
from providers.institutions.models import Institution


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
    if set(target_days) - set(rules.STEPS) or not all(0 < days <= rules.LONGEST_DAYS for days in target_days.values()):
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


SERVICE = ("review_mode", "desk_ko", "desk_en", "desk_email", "desk_phone")


@transaction.atomic
def set_service(
    *, institution_id: int, version: int, values: Mapping[str, str], target_days: Mapping[str, int], by: Any
) -> Institution:
    """What the institution publishes about its service. values: all of SERVICE; target_days: step → working days promised.

    Writes: Institution, Event institution.service_set. Raises Stale when somebody saved first, Refused for a desk without a name.
    """
    institution = Institution.objects.select_for_update().get(pk=institution_id)
    require(by, "providers.set_target_days", institution)
    if institution.version != version:
        raise Stale()
    if institution.status not in rules.SEEN:
        raise Refused(_("Service levels are published once the institution is verified."), "not_verified")
    if set(target_days) - set(rules.STEPS) or not all(0 < days <= rules.LONGEST_DAYS for days in target_days.values()):
        raise Refused(_("Target days are 1 to 250 working days."), "bad_days", "target_days")
    check_desk(values)
    for name in SERVICE:
        setattr(institution, name, values[name])
    institution.target_days = dict(target_days)
    institution.save()
    data = {"target_days": dict(target_days), "review_mode": institution.review_mode, "desk": institution.desk_ko}
    journal("institution.service_set", institution, by=by, data=data, public=True, organisations=institution.organisation_ids())
    return institution


def check_desk(values: Mapping[str, str]) -> None:
    """An office with a name and a way to reach it. Raises Refused."""
    if not values["desk_ko"]:
        raise Refused(_("Name the contact desk in Korean: an office, not a person."), "no_desk", "desk_ko")
    if not values["desk_email"]:
        raise Refused(_("Give the e-mail address of the desk."), "no_desk", "desk_email")


@transaction.atomic
def record_measured_rate(*, institution_id: int, kind: str, positive: int, n: int, least: int, as_of: date) -> Institution:
    """Pushed down by later stages: of n decided cases so many were positive. least: the number of cases below which nothing but
    that number is kept. Writes: measured_rates, Event institution.rate_measured."""
    if kind not in rules.RATES:
        raise Refused(_("This step is not measured."), "unknown_step", "step")
    institution = Institution.objects.select_for_update().get(pk=institution_id)
    figure = rules.rate(positive, n, least, as_of)
    if institution.measured_rates.get(kind) != figure:
        institution.measured_rates = {**institution.measured_rates, kind: figure}
        institution.save()
        journal("institution.rate_measured", institution, by=None, data={"kind": kind, **figure})
    return institution
