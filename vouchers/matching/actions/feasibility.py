"""How many patients are there? A company asks before any review; the institution answers with a band."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from providers.catalogue.models import Dataset
from vouchers.matching import notices, queries
from vouchers.matching.actions import needs
from vouchers.matching.actions.asking import days, require_there, written
from vouchers.matching.models import FeasibilityQuery
from vouchers.matching.rules import asking, stages
from vouchers.matching.rules import feasibility as rules

S = rules.FeasibilityStatus


@transaction.atomic
def ask_feasibility(*, need_id: int, dataset_id: int, message: str = "", by: Any) -> FeasibilityQuery:
    """Asks the holder of a dataset how many patients fit the need as it stands now; due within the round's target days.

    The institution sees the conditions that decide a count, not product, purpose or budget. Writes: FeasibilityQuery, Event,
    Duty, Notice. Raises: Refused when the need is not posted, the institution cannot answer here, the dataset is not
    published or cannot be had now, or the same is asked already.
    """
    need = needs.lock(need_id)
    require(by, "vouchers.ask_feasibility", need)
    if need.status not in stages.NEED_ASKING:
        raise Refused(_("Post the need first; then you can ask for counts."), "not_posted")
    dataset = Dataset.objects.published().select_related("institution__organisation").filter(pk=dataset_id).first()
    if dataset is None:
        raise Refused(asking.NOT_PUBLISHED, "not_published")
    require_there(dataset)
    institution = dataset.institution
    if institution.status != "ACTIVE" or institution.organisation is None:
        raise Refused(queries.CANNOT_COUNT, "not_in_portal")
    if institution.is_demo and not queries.of_demo(need.round):
        raise Refused(_("Demonstration data answers only needs of demonstration calls."), "demo_dataset")
    if need.feasibility_queries.filter(dataset=dataset, status=S.ASKED).exists():
        raise Refused(_("You already asked this. The answer appears under this need."), "asked_already")
    limits = queries.feasibility_terms(need.round)
    query = FeasibilityQuery(
        need=need, institution=institution, dataset=dataset, criteria=rules.criteria(need.document),
        message=written(message, "message"), bounds=list(rules.bounds(limits.threshold, limits.steps)),
        due_at=workdays.due_at(clock.now(), days(need, "feasibility")), created_by=by,
    )  # fmt: skip
    query.save()
    _record(query, "asked", by, frm="")
    journal.open_duty(
        query, "answer_feasibility", title_ko=f"환자 수 사전 조회에 답해 주십시오: {dataset.title_ko}",
        title_en=f"Say how many patients there are: {dataset.title_en}", url=f"/matching/feasibility/{query.ref}/",
        due_at=query.due_at, organisation=institution.organisation, role="PROVIDER_MANAGER", by=by,
    )  # fmt: skip
    notices.feasibility_asked(query, days(need, "feasibility"))
    return query


@transaction.atomic
def answer_feasibility(
    *, query_id: int, basis: str, count: int | None = None, band_low: int | None = None, by: Any
) -> FeasibilityQuery:
    """Answers with a band: the chosen one, or the one in which `count` lies. The count itself is written nowhere.

    Writes: FeasibilityQuery, Event, Duty, Notice. Raises: Refused unless exactly one of both is given and is a band of this question.
    """
    query = lock(query_id)
    require(by, "vouchers.answer_feasibility", query.institution)
    if basis not in rules.Basis._value2member_map_:
        raise Refused(_("Say how you counted."), "no_basis", "basis")
    if (count is None) == (band_low is None):
        raise Refused(_("Enter the number or choose a band, one of the two."), "one_of_two", "band")
    if count is not None:
        if count < 0:
            raise Refused(_("Enter a whole number, zero or more."), "bad_count", "count")
        band = rules.band_of(count, query.bounds)
    else:
        found = [one for one in rules.bands(query.bounds) if one.low == band_low]
        if not found:
            raise Refused(_("Choose a band from the list."), "bad_band", "band")
        band = found[0]
    query.band_low, query.band_high, query.basis = band.low, band.high, basis
    _close(query, "answer_feasibility", "answered", by, answered=True, data={"low": band.low, "high": band.high, "basis": basis})
    notices.feasibility_answered(query)
    return query


@transaction.atomic
def refuse_feasibility(*, query_id: int, reason: str, text: str = "", by: Any) -> FeasibilityQuery:
    """The institution cannot or may not count, and says why. reason: of rules.Reason; text: beside it, without any number.

    Writes: FeasibilityQuery, Event, Duty, Notice. Raises: Refused.
    """
    query = lock(query_id)
    require(by, "vouchers.answer_feasibility", query.institution)
    query.reason = rules.check_reason(reason, text)
    query.reason_code = reason
    _close(query, "refuse_feasibility", "refused", by, answered=True, reason=query.reason, data={"reason": reason})
    notices.feasibility_refused(query)
    return query


@transaction.atomic
def withdraw_feasibility(*, query_id: int, by: Any) -> FeasibilityQuery:
    """The company no longer wants to know. Writes: FeasibilityQuery, Event, Duty, Notice."""
    query = lock(query_id)
    require(by, "vouchers.ask_feasibility", query.need.company)
    _close(query, "withdraw_feasibility", "withdrawn", by)
    notices.feasibility_withdrawn(query)
    return query


def expire_feasibility(now: datetime | None = None) -> int:
    """Questions that nobody answered for twice the target days expire, each in its own transaction.

    Writes: FeasibilityQuery, Event, Duty, Notices. Returns: how many.
    """
    moment = now or clock.now()
    return journal.each("matching.expire_feasibility", queries.unanswered_counts(moment), lambda pk: _expire(pk, moment))


@transaction.atomic
def _expire(query_id: int, now: datetime) -> bool:
    query = lock(query_id)
    over = stages.silent(query.due_at, days(query.need, "feasibility"), now)
    if not over or not rules.FEASIBILITY_LIFECYCLE.can(query.status, "expire_feasibility"):
        return False
    _close(query, "expire_feasibility", "expired", None)
    notices.feasibility_expired(query)
    return True


def lock(query_id: int) -> FeasibilityQuery:
    return (
        FeasibilityQuery.objects.select_for_update(of=("self",))
        .select_related("need__company__organisation", "need__round", "institution__organisation", "dataset")
        .get(pk=query_id)
    )


def _close(
    query: FeasibilityQuery, verb: str, past: str, by: Any, *, answered: bool = False, reason: str = "", data: Any = None
) -> None:
    """The one step that a question takes, with its event; nobody owes an answer any more."""
    before, query.status = query.status, rules.FEASIBILITY_LIFECYCLE.step(query.status, verb)
    if answered:
        query.answered_at, query.answered_by = clock.now(), by
    query.save()
    _record(query, past, by, frm=before, reason=reason, data=data)
    journal.close_duties(query, by=by)


def _record(query: FeasibilityQuery, past: str, by: Any, *, frm: str, reason: str = "", data: Any = None) -> None:
    journal.record(
        f"feasibility_query.{past}", query, by=by, frm=frm, to=query.status, reason=reason, data=data,
        organisations=query.organisation_ids(),
    )  # fmt: skip
