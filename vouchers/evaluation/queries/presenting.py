"""Who still has to present, who sits where, and what a calendar is told of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kit import clock, workdays
from portal.templatetags.portal import kst_text
from vouchers.applications.models import Application
from vouchers.evaluation.models import (
    Assignment,
    CaseConflict,
    PresentationSeat,
    PresentationSlot,
    cases_closed_to,
)
from vouchers.evaluation.rules import FILE_OPEN, RELEASED
from vouchers.evaluation.rules import presenting as rules
from vouchers.rounds.models import Criterion, Round
from vouchers.rounds.rules import Absence, EvaluationStage

LEFT = gettext_lazy("This application is not in evaluation.")


def not_to_record(slot: PresentationSlot) -> tuple[str, Any]:
    """(code, sentence) of why nobody is recorded as present or absent now; ("", ""): it can be."""
    if slot.application.status != "IN_EVALUATION":
        return "not_in_evaluation", LEFT
    return ("not_begun", _("This presentation has not begun yet.")) if slot.starts_at > clock.now() else ("", "")


def presents(programme: Round) -> bool:
    """Whether the policy of this round has presentations."""
    return EvaluationStage.PRESENTATION in programme.policy().evaluation_stages


def standings(application: Application, criteria: Iterable[Criterion]) -> dict[int, rules.Standing]:
    """criterion → whether it can be scored now, of those that are scored by the presentation. Two queries, none where none is."""
    staged = [one for one in criteria if one.stage == EvaluationStage.PRESENTATION]
    if not staged:
        return {}
    slot = PresentationSlot.objects.standing().filter(application=application).values_list("status", flat=True).first() or ""
    absence = application.round.policy().presentation_absence
    return {one.pk: rules.standing(one.stage, slot, absence) for one in staged}


def zero_if_absent(programme: Round) -> bool:
    """Whether a company that stays away gets no points on some criteria."""
    staged = Criterion.objects.filter(round=programme, stage=EvaluationStage.PRESENTATION)
    return programme.policy().presentation_absence == Absence.ZERO and staged.exists()


def due_after(slot: PresentationSlot) -> datetime | None:
    """When a sheet that waits for this presentation is due: the policy's days for the evaluation after it. None: no criterion waits."""
    programme = slot.application.round
    if not Criterion.objects.filter(round=programme, stage=EvaluationStage.PRESENTATION).exists():
        return None
    return workdays.due_at(slot.ends_at, programme.days("evaluation"))


def due_by(application: Application, now: datetime) -> datetime:
    """When a sheet that is asked for now is due: the policy's days from now, or from the presentation that it waits for."""
    due = workdays.due_at(now, application.round.days("evaluation"))
    slot = PresentationSlot.objects.filter(application=application, status=rules.SlotStatus.INVITED).first()
    waits = due_after(slot) if slot is not None else None
    return max(due, waits) if waits is not None else due


def absentees(programme: Round) -> dict[int, tuple[str, ...]]:
    """application → keys of criteria that count 0 points, since it stayed away from its presentation. Three queries, one where
    nobody presents."""
    policy = programme.policy()
    if EvaluationStage.PRESENTATION not in policy.evaluation_stages or policy.presentation_absence != Absence.ZERO:
        return {}
    staged = Criterion.objects.filter(round=programme, stage=EvaluationStage.PRESENTATION).order_by("key")
    keys = tuple(staged.values_list("key", flat=True))
    rows = PresentationSlot.objects.filter(application__round=programme, status=rules.SlotStatus.MISSED)
    return dict.fromkeys(rows.values_list("application_id", flat=True), keys) if keys else {}


def absent_on(application: Application) -> list[Criterion]:
    """Criteria that count 0 points, since the company stayed away from the presentation."""
    criteria = list(Criterion.objects.filter(round_id=application.round_id, stage=EvaluationStage.PRESENTATION))
    found: Mapping[int, rules.Standing] = standings(application, criteria)
    return [one for one in criteria if found[one.pk] == rules.Standing.ZERO]


def plannable() -> QuerySet[Round]:
    """Rounds in evaluation, and released ones in which something is evaluated after an objection."""
    anew = Application.objects.filter(round=OuterRef("pk"), status="IN_EVALUATION")
    return Round.objects.filter(Q(status="EVALUATING") | Q(status__in=RELEASED) & Exists(anew))


def over(now: datetime) -> list[int]:
    """Presentations that have ended and of which nobody recorded who came, by id."""
    rows = PresentationSlot.objects.filter(status=rules.SlotStatus.INVITED, ends_at__lte=now, application__status="IN_EVALUATION")
    return list(rows.order_by("pk").values_list("pk", flat=True))


def without_slot(programme: Round) -> QuerySet[Application]:
    """Applications in evaluation for which no presentation stands."""
    standing = PresentationSlot.objects.standing().filter(application=OuterRef("pk"))
    return (
        Application.objects.filter(round=programme, status="IN_EVALUATION").exclude(Exists(standing)).order_by("receipt_no", "pk")
    )


def not_held(programme: Round) -> int:
    """How many applications in evaluation have not presented yet, nor been recorded as absent; 0 where nobody presents."""
    if not presents(programme):
        return 0
    held = PresentationSlot.objects.filter(application=OuterRef("pk"), status__in=rules.HELD_SLOTS)
    return Application.objects.filter(round=programme, status="IN_EVALUATION").exclude(Exists(held)).count()


def to_plan(programme: Round, user: Any) -> list[rules.Case]:
    """Cases without a presentation, but for those closed to who plans, with their panels."""
    rows = list(without_slot(programme).exclude(pk__in=cases_closed_to(user.pk)).values_list("pk", "company_id"))
    panels = panels_of([pk for pk, _company in rows])
    return [rules.Case(pk, company, frozenset(panels[pk])) for pk, company in rows]


def panels_of(applications: Iterable[int]) -> dict[int, set[int]]:
    """application → evaluators who declared no conflict and evaluate it, without those with whom a conflict stands. Two queries
    and one a conflict holder: few are."""
    found: dict[int, set[int]] = defaultdict(set)
    ids = list(applications)
    met = CaseConflict.objects.standing().filter(application=OuterRef("application"), user=OuterRef("evaluator"))
    rows = Assignment.objects.filter(application_id__in=ids, status__in=FILE_OPEN).exclude(Exists(met))
    pairs = list(rows.order_by("pk").values_list("application_id", "evaluator_id"))
    closed = {person: set(cases_closed_to(person)) for person in {person for _case, person in pairs}}
    for case, person in pairs:
        if case not in closed[person]:
            found[case].add(person)
    return found


def placed(*, without: int | None = None, between: tuple[datetime, datetime] | None = None) -> list[rules.Placed]:
    """Presentations of every round that stand, with who sits in them. without: a slot to leave out."""
    rows = PresentationSlot.objects.standing()
    if without is not None:
        rows = rows.exclude(pk=without)
    if between:
        rows = rows.filter(starts_at__lt=between[1], ends_at__gt=between[0])
    seats: dict[int, set[int]] = defaultdict(set)
    for slot, person in PresentationSeat.objects.taken().filter(slot__in=rows).values_list("slot_id", "evaluator_id"):
        seats[slot].add(person)
    return [
        rules.Placed(row.application_id, row.company_id, frozenset(seats[row.pk]), row.place, row.starts_at, row.ends_at)
        for row in rows
    ]


def clash_words(found: list[tuple[rules.Clash, rules.Placed]], user: Any) -> str:
    """Each clash with its presentation, in sentences; a case that is closed to the reader is not named."""
    hidden = set(cases_closed_to(user.pk))
    refs = dict(Application.objects.filter(pk__in=[other.case for _kind, other in found]).values_list("pk", "receipt_no"))
    said = []
    for kind, other in found:
        when = _("%(begin)s to %(end)s") % {"begin": kst_text(other.starts_at), "end": f"{clock.to_kst(other.ends_at):%H:%M}"}
        words = f"{kind.label}: {when}, {other.place}"
        said.append(words if other.case in hidden else f"{words}, {refs[other.case]}")
    return " · ".join(dict.fromkeys(said))


def slot_for_company(application: Application, user: Any) -> PresentationSlot | None:
    """The presentation that the company knows of: the one that stands, else the last that was cancelled."""
    rows = PresentationSlot.objects.visible_to(user).told().filter(application=application)
    standing: PresentationSlot | None = rows.standing().first()
    return standing or rows.order_by("-updated_at", "-pk").first()


def seat_in(assignment: Assignment) -> PresentationSeat | None:
    """The own seat in the presentation of a case that one evaluates."""
    return (
        PresentationSeat.objects.own(assignment.evaluator)
        .filter(slot__application_id=assignment.application_id)
        .select_related("slot")
        .first()
    )
