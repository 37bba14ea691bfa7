"""How long the steps of institutions took: what they are shown with, beside what they promised."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from portal.journal.models import Duty
from portal.kit import clock, workdays
from vouchers.access import rules
from vouchers.access.models import AccessRequest, DataReview, EthicsReview
from vouchers.matching.models import Quote, QuoteRequest
from vouchers.rounds.models import PolicyVersion
from vouchers.rounds.rules import parse_policy

DECIDED = {"APPROVED": True, "RECOGNISED": True, "WAIVED": True, "REFUSED": False}  # of a data review: was the use allowed
QUOTED = {
    "QUOTED": True,
    "ACCEPTED": True,
    "MATCH_ENDED": True,
    "DECLINED_BY_COMPANY": True,
    "DECLINED_BY_PROVIDER": False,
}  # EXPIRED: either

# institution, step, begun, ended, working days that its clock stood, kinds of data that were asked for
Case = tuple[int, str, datetime, datetime, int, list[str] | None]


@dataclass(frozen=True)
class Measured:
    """median: working days without pauses, over n cases; as_of: the day on which the last of them ended. by_modality: the
    same of a review's requests for one kind of data, code → {median, n}, where there were enough of them."""

    institution_id: int
    step: str
    median: int
    n: int
    as_of: date
    by_modality: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def figure(self) -> dict[str, Any]:
        """As it is kept with the institution."""
        rest = {"by_modality": self.by_modality} if self.by_modality else {}
        return {"median": self.median, "n": self.n, "as_of": self.as_of.isoformat(), **rest}


def measured_days() -> list[Measured]:
    """By institution and step, over its newest cases; none of a step that took place too seldom to say anything. Five queries."""
    found: dict[tuple[int, str], list[_Took]] = defaultdict(list)
    for institution_id, step, begun, ended, stood, kinds in _cases():
        took = workdays.working_days_between(clock.to_kst(begun).date(), clock.to_kst(ended).date()) - stood
        found[institution_id, step].append((ended, max(took, 0), tuple(kinds or ())))
    return [
        Measured(
            institution_id, step, rules.median([days for _ended, days, _kinds in cases]), len(cases),
            clock.to_kst(cases[0][0]).date(), _by_modality(cases),
        )
        for (institution_id, step), every in sorted(found.items())
        if len(cases := sorted(every, reverse=True)[: rules.NEWEST_MEASURED]) >= rules.LEAST_MEASURED
    ]  # fmt: skip


type _Took = tuple[datetime, int, tuple[str, ...]]


def _by_modality(cases: list[_Took]) -> dict[str, dict[str, int]]:
    days: dict[str, list[int]] = defaultdict(list)
    for _ended, took, kinds in cases:
        for kind in kinds:
            days[kind].append(took)
    return {
        kind: {"median": rules.median(every), "n": len(every)}
        for kind, every in sorted(days.items())
        if len(every) >= rules.LEAST_MEASURED
    }


def _cases() -> Iterator[Case]:
    """A board's cases are its own, also of other institutions; an institution quotes and prepares by itself. A review that the
    company withdrew, or that the other track's refusal ended, was decided by nobody: it is no case."""
    quotes = Quote.objects.filter(number=1).values_list(
        "request__institution_id", "request__ref", "request__created_at", "created_at"
    )
    asked = _asked_back()
    yield from ((institution, "quote", begun, ended, asked.get(ref, 0), None) for institution, ref, begun, ended in quotes)
    timed = {
        "started_at__isnull": False, "due_at__isnull": False,  # whose clock ran
        "closed_at__isnull": False, "decided_by__isnull": False,
    }  # fmt: skip
    kinds_of = "request__match__quote__request__dataset__modality"
    columns = ("request__board_id", "started_at", "closed_at", "paused_days", kinds_of)
    for board, begun, ended, stood, kinds, route in EthicsReview.objects.filter(kind="INSTITUTION", **timed).values_list(
        *columns, "route"
    ):
        yield board, rules.ETHICS_STEPS[route], begun, ended, stood, kinds
    for board, begun, ended, stood, kinds, mode in DataReview.objects.filter(mode__in=rules.DRB_STEPS, **timed).values_list(
        *columns, "mode"
    ):
        yield board, rules.DRB_STEPS[mode], begun, ended, stood, kinds
    provided = AccessRequest.objects.filter(provided_at__isnull=False)
    both = ("institution_id", "ethics__closed_at", "data_review__closed_at", "provided_at")
    for institution, ethics, drb, ended in provided.values_list(*both):
        if ethics and drb:
            yield institution, "preparation", max(ethics, drb), ended, 0, None


def _asked_back() -> dict[str, int]:
    """Reference of a quote request → working days that it waited for the company's answer, as its duty kept them."""
    duties = Duty.objects.filter(verb="quote", closed_at__isnull=False).exclude(paused_days=0, paused_at__isnull=True)
    found: dict[str, int] = defaultdict(int)
    for ref, days, since, until in duties.values_list("subject_ref", "paused_days", "paused_at", "closed_at"):
        found[ref] += days
        if since is not None and until is not None:  # quoted without the answer: the clock stood until then
            found[ref] += workdays.working_days_between(clock.to_kst(since).date(), clock.to_kst(until).date())
    return found


# ── Shares of positive answers ───────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Share:
    """positive of n cases of `kind`; least: the strictest number of the rounds below which no count is disclosed."""

    institution_id: int
    kind: str
    positive: int
    n: int
    least: int
    as_of: date


def measured_shares() -> list[Share]:
    """By institution and kind, over its newest cases. What a company withdrew was answered by nobody. Three queries."""
    least: dict[int | None, int] = {None: 1}
    newest = PolicyVersion.objects.order_by("round_id", "-number").distinct("round_id")
    for version in newest:
        least[version.round_id] = parse_policy(version.body).disclosure_threshold
    found: dict[tuple[int, str], list[tuple[datetime, bool, int]]] = defaultdict(list)
    for institution, kind, positive, ended, round_id in _answers():
        found[institution, kind].append((ended, positive, least.get(round_id, 1)))
    shares = []
    for (institution, kind), every in sorted(found.items()):
        cases = sorted(every, reverse=True)[: rules.NEWEST_MEASURED]
        strictest, last = max(number for _ended, _one, number in cases), clock.to_kst(cases[0][0]).date()
        shares.append(Share(institution, kind, sum(one for _ended, one, _least in cases), len(cases), strictest, last))
    return shares


def _answers() -> Iterator[tuple[int, str, bool, datetime, int | None]]:
    """(institution, kind, positive, when, round) of every case that came to an answer."""
    asked = QuoteRequest.objects.filter(status__in=[*QUOTED, "EXPIRED"]).annotate(
        quoted=Exists(Quote.objects.filter(request=OuterRef("pk")))
    )
    columns = ("institution_id", "status", "quoted", "updated_at", "need__round_id")
    for institution, status, quoted, ended, round_id in asked.values_list(*columns):
        yield institution, "quote", QUOTED.get(status, quoted), ended, round_id
    reviews = DataReview.objects.filter(status__in=DECIDED, closed_at__isnull=False, decided_by__isnull=False)
    path = "request__match__quote__request__need__round_id"
    for board, status, ended, round_id in reviews.values_list("request__board_id", "status", "closed_at", path):
        yield board, "review", DECIDED[status], ended, round_id
