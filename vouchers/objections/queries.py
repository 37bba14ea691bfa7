"""Against what an objection may be filed, and what came of it: later rooms ask `outcome`."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from portal.journal import queries as journal
from portal.journal.models import Event
from portal.kit import clock
from vouchers.applications import queries as applications
from vouchers.applications.models import Application, ApplicationMatch
from vouchers.applications.rules import ENDED
from vouchers.evaluation.models import Assignment, SelectionLine
from vouchers.objections import rules
from vouchers.objections.models import Objection
from vouchers.rounds.models import Round


@dataclass(frozen=True)
class Decision:
    """A decision that may be attacked. served_on, open_until: None while its letter is on its way. deciders: user ids."""

    event: Event
    application: Application
    served_on: date | None
    open_until: date | None
    deciders: frozenset[int]

    @property
    def words(self) -> Any:
        return rules.ATTACKABLE[self.event.name].words


def decision(application: Application) -> Decision | None:
    """The decision about this application that stands and may be attacked; None where there is none."""
    event = Event.objects.filter(subject_ref=application.ref, name__in=list(rules.ATTACKABLE)).order_by("-seq").first()
    if event is None or event.to != application.status:
        return None
    served, last_day, deciders = _FACTS[rules.ATTACKABLE[event.name].room](application, event)
    return Decision(event, application, served, last_day, frozenset(deciders))


Facts = tuple[date | None, date | None, set[int]]


def _eligibility(application: Application, event: Event) -> Facts:
    """Served by the mail that told it, else on the day of the decision; decided by all who judged."""
    mailed = journal.sent_at("application_ineligible", [application.ref]).get(application.ref)
    served = clock.to_kst(mailed if mailed is not None and mailed >= event.at else event.at).date()
    steps = ("application.check_begun", "application.rule_judged", event.name)
    names = Event.objects.filter(subject_ref=application.ref, name__in=steps, by__isnull=False)
    return served, rules.open_until(served, _days(application)), set(names.values_list("by_id", flat=True))


def _selection(application: Application, event: Event) -> Facts:
    """Served as its letter says, else on the day of the release; decided by both signatures and the evaluators."""
    lines = SelectionLine.objects.filter(application=application, run__status="CONFIRMED", decides=True)
    line = lines.select_related("run", "letter").order_by("-run__confirmed_at", "-run_id").first()
    evaluators = Assignment.objects.handed_in().filter(application=application).values_list("evaluator_id", flat=True)
    signed = {line.run.proposed_by_id, line.run.confirmed_by_id} if line is not None else {event.by_id}
    deciders = {*evaluators, *(pk for pk in signed if pk is not None)}
    letter = getattr(line, "letter", None)
    if letter is not None:
        return letter.served_on, letter.open_until, deciders
    served = clock.to_kst(event.at).date()
    return served, rules.open_until(served, _days(application)), deciders


_FACTS: dict[str, Callable[[Application, Event], Facts]] = {
    rules.Room.ELIGIBILITY: _eligibility,
    rules.Room.SELECTION: _selection,
}


def _days(application: Application) -> int:
    return applications.policy_of(application).selection.objection_days


def against(application: Application) -> Objection | None:
    """The objection that counts against the decision that stands about this application."""
    found = decision(application)
    if found is None:
        return None
    return Objection.objects.counting().filter(event=found.event, company_id=application.company_id).first()


def mine(user: Any) -> QuerySet[Objection]:
    """What this person may see, the newest first."""
    return Objection.objects.visible_to(user).select_related("company", "round").order_by("-created_at", "-id")


def reviewed_against_selection(programme: Round) -> Objection | None:
    """An admissible objection against a result of this round about which nothing is decided yet, the one due last."""
    names = [name for name, one in rules.ATTACKABLE.items() if one.room == rules.Room.SELECTION]
    open_ones = Objection.objects.filter(round=programme, event_name__in=names, status=rules.ObjectionStatus.UNDER_REVIEW)
    return open_ones.order_by("-due_at").first()


def outcome(event: Event) -> str | None:
    """What became of the objection against a decision: UPHELD, PARTLY_UPHELD, DISMISSED or REJECTED; None: nothing (yet)."""
    return (
        Objection.objects.filter(event=event, status__in=rules.DECIDED)
        .order_by("-decided_at")
        .values_list("status", flat=True)
        .first()
    )


LOWERED = {
    rules.Room.SETTLEMENT: "settlement.lowered", rules.Room.CLAWBACK: "clawback.lowered",
    rules.Room.FINAL_EVALUATION: "final_evaluation.regraded",
}  # fmt: skip


def acted_on(objection: Objection) -> bool:
    """Whether what was upheld was acted on: the check goes on, or a run that was confirmed since decided the application anew."""
    assert objection.decided_at is not None
    room = rules.ATTACKABLE[objection.event_name].room
    if room in LOWERED:
        return Event.objects.filter(name=LOWERED[room], data__decision=objection.event.hash).exists()
    if rules.ATTACKABLE[objection.event_name].room == rules.Room.ELIGIBILITY:
        verdicts = Event.objects.filter(subject_ref=objection.ref, data__decision=objection.event.hash).values("hash")
        back = Event.objects.filter(subject_ref=objection.subject_ref, name="application.check_reopened")
        return back.filter(data__verdict__in=list(verdicts.values_list("hash", flat=True))).exists()
    anew = SelectionLine.objects.filter(application__ref=objection.subject_ref, run__status="CONFIRMED", decides=True)
    return anew.filter(run__confirmed_at__gt=objection.decided_at).exists()


def to_act_on(names: Collection[str]) -> list[Objection]:
    """Upheld objections against decisions of these events of which nobody recorded what was done, and on which nobody acted yet. One
    query, and one for each."""
    rows = Objection.objects.filter(event_name__in=names, status__in=rules.UPHELD, remedy_at__isnull=True)
    return [one for one in rows.select_related("event").order_by("pk") if not acted_on(one)]


# ── What an application that ended still holds ───────────────────────────────────────────────────────────
def holding(now: datetime) -> dict[int, list[Application]]:
    """Match → the applications that stand on it, of those in whose applications something may have ended. Two queries."""
    over = Q(application__status__in=ENDED) | Q(application__status="DRAFT", application__round__closes_at__lte=now)
    held = ApplicationMatch.objects.filter(over, match__status__in=["PROPOSED", "CONFIRMED"]).values("match_id")
    found: dict[int, list[Application]] = {}
    rows = ApplicationMatch.objects.filter(match_id__in=held).order_by("match_id", "pk")
    for row in rows.select_related("application__round", "application__company", "application__track"):
        found.setdefault(row.match_id, []).append(row.application)
    return found


def is_final(application: Application, now: datetime) -> bool:
    """Whether nothing can bring this application back: it ended, its call is closed, and no objection can change that any more.

    A draft that was never handed in has ended with its call. At most six queries.
    """
    if applications.is_open_for(application):
        return False  # the company may begin anew and take the match along
    if application.status not in ENDED:
        return application.status == "DRAFT"
    found = decision(application)
    if found is None:
        return True
    objection = against(application)
    if objection is None:
        return found.open_until is not None and not rules.in_time(found.open_until, now)
    if objection.status in rules.UPHELD:
        return bool(objection.remedy_waived) or acted_on(objection)
    return objection.status not in rules.LIVE


def filed_against(event: Event) -> Objection | None:
    """The objection that counts against a decision of a later room."""
    return Objection.objects.counting().filter(event=event).first()


def documents_of(objection: Objection) -> QuerySet[Any]:
    return objection.documents.select_related("document").order_by("pk")


def application_of(objection: Objection) -> Application | None:
    """The application that was decided about."""
    return Application.objects.filter(ref=objection.subject_ref).select_related("round", "track", "company").first()


def decided_reason(objection: Objection, *, korean: bool) -> str:
    """The reason of the decision that is attacked, in the reader's language where it was given in both."""
    event = objection.event
    return event.reason if korean else str(event.data.get("reason_en") or event.reason)
