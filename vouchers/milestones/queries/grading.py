"""Final evaluations: who sees and may what, what a grade means, the decision that may be attacked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.accounts import queries as accounts
from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import queries as journal
from portal.journal.models import Event
from portal.kit import clock, prepared
from vouchers.agreements.models import Agreement
from vouchers.applications import queries as applications
from vouchers.milestones import rules
from vouchers.milestones.models import FinalEvaluation, FinalScore, Milestone
from vouchers.objections import queries as objections
from vouchers.objections.models import Objection
from vouchers.objections.rules import LIVE, UPHELD, in_time, open_until
from vouchers.rounds.rules import Grade, GradingPolicy

DECIDED = "final_evaluation.decided"


def finals_for(user: Any) -> QuerySet[FinalEvaluation]:
    found = FinalEvaluation.objects.visible_to(user)
    return found.select_related(
        "agreement__company__organisation", "agreement__round", "agreement__award__application", "decided_by"
    )


def final_of(agreement: Agreement) -> FinalEvaluation | None:
    return FinalEvaluation.objects.filter(agreement=agreement).first()


def policy_of(row: FinalEvaluation) -> GradingPolicy:
    return row.agreement.round.policy().grading


def may_grade_pool(agreement: Agreement) -> list[User]:
    """Evaluators without a recorded conflict with the company or a provider of the project."""
    application = agreement.award.application
    return [
        one for one in accounts.holders_of(Role.EVALUATOR).order_by("name", "pk") if not applications.conflicted(one, application)
    ]


def own_score(row: FinalEvaluation, user: Any) -> FinalScore | None:
    return FinalScore.objects.filter(evaluation=row, grader_id=user.pk).first()


def gradable() -> list[Agreement]:
    """Agreements whose deliveries are all settled, of a round with a final evaluation, without one, and of which nobody owes it."""
    mine = Milestone.objects.filter(agreement=OuterRef("pk"))
    begun = FinalEvaluation.objects.filter(agreement=OuterRef("pk"))
    found = Agreement.objects.filter(Exists(mine), ~Exists(mine.exclude(status__in=rules.SETTLED)), ~Exists(begun))
    found = found.filter(status__in=["ACTIVE", "COMPLETED"]).exclude(ref__in=journal.owed("open_final_evaluation"))
    policies: dict[int, bool] = {}
    rows = []
    for row in found.select_related("round").order_by("pk"):
        if row.round_id not in policies:
            policies[row.round_id] = bool(row.round.policy().grading.graders)
        if policies[row.round_id]:
            rows.append(row)
    return rows


@dataclass(frozen=True)
class Meaning:
    """What a grade does: sentences in the reader's language."""

    grade: str
    lines: list[str]


def meaning(policy: GradingPolicy, grade: str) -> Meaning:
    pays, months = policy.pays[grade], policy.barred[grade]
    lines = [_("What is still open of the project is paid.") if pays else _("Nothing more is paid of the project.")]
    lines.append(
        ngettext(
            "The company cannot take part for %(n)d month.", "The company cannot take part for %(n)d months.", months
        ) % {"n": months}
        if months
        else _("The company may apply again without a restriction.")
    )  # fmt: skip
    return Meaning(grade, lines)


def decision(row: FinalEvaluation) -> objections.Decision | None:
    """The grade as a decision that the company may attack; None before it is decided. Served by the mail that told it, else on the
    day of the decision."""
    event = Event.objects.filter(subject_ref=row.ref, name=DECIDED).order_by("-seq").first()
    if event is None or row.status == rules.FinalStatus.GRADING:
        return None
    application = row.agreement.award.application
    mailed = journal.sent_at("final_evaluation_decided", [row.ref]).get(row.ref)
    served = clock.to_kst(mailed if mailed is not None and mailed >= event.at else event.at).date()
    last = open_until(served, applications.policy_of(application).selection.objection_days)
    deciders = {*row.scores.values_list("grader_id", flat=True), row.decided_by_id}
    return objections.Decision(event, application, served, last, frozenset(one for one in deciders if one))


def objection_of(row: FinalEvaluation) -> Objection | None:
    """The objection that counts against the newest decision."""
    event = Event.objects.filter(subject_ref=row.ref, name=DECIDED).order_by("-seq").first()
    return objections.filed_against(event) if event is not None else None


def upheld(row: FinalEvaluation) -> Objection | None:
    """The upheld objection that was not acted on yet."""
    found = objection_of(row)
    if found is None or found.status not in UPHELD or found.remedy_waived or objections.acted_on(found):
        return None
    return found


def holds_now(row: FinalEvaluation) -> bool:
    """Nothing can change the grade any more: the days to object are over, and what was objected is decided and acted on."""
    found, attacked = objection_of(row), decision(row)
    if attacked is None:
        return False
    if found is None:
        return not in_time(attacked.open_until, clock.now())
    return found.status not in LIVE and upheld(row) is None


def to_confirm() -> list[int]:
    rows = FinalEvaluation.objects.filter(status="DECIDED").select_related("agreement__award__application")
    return [row.pk for row in rows if holds_now(row)]


def may_final(user: Any, row: FinalEvaluation) -> dict[str, bool]:
    """Which verbs this person may use now; each action asks again."""
    conducts = user.has_perm("vouchers.conduct_final_evaluation")
    mine = own_score(row, user)
    open_ones = row.scores.filter(handed_in_at__isnull=True).exists()
    attacked = decision(row)
    late = attacked is None or not in_time(attacked.open_until, clock.now())
    barred = bool(row.grade) and policy_of(row).barred[row.grade] > 0
    return {
        "grade": mine is not None and mine.handed_in_at is None and row.status == "GRADING",
        "replace": conducts and row.status == "GRADING",
        "decide": conducts and row.status == "GRADING" and not open_ones,
        "object": row.status == "DECIDED" and not late and objection_of(row) is None
        and user.has_perm("vouchers.file_objection", row.agreement.company.organisation),
        "regrade": conducts and row.status == "DECIDED" and (right := upheld(row)) is not None and user.pk not in right.deciders,
        "judge": conducts and row.status == "CONFIRMED" and row.grade == Grade.CONDITIONAL,
        "bar": row.status == "CONFIRMED" and barred and row.restriction_id is None and user.has_perm("vouchers.verify_company"),
    }  # fmt: skip


def money_held(milestone: Milestone) -> str:
    """Why the final evaluation lets nothing be paid of a milestone now; "": nothing hinders. One prepared query and the policy."""
    policy = milestone.agreement.round.policy().grading
    if not policy.graders:
        return ""
    found = prepared.first_row(_HELD, {"agreement": milestone.agreement_id})
    assert found is not None
    grade, status, last = found
    waits = policy.last_waits and last == milestone.pk
    return rules.money_fault(grade=grade or "", status=status or "", pays=not grade or policy.pays[grade], waits=waits)


def money_lost(milestone: Milestone) -> bool:
    """Whether its project's final grade holds, nothing can change it any more, and the call pays nothing more then."""
    policy = milestone.agreement.round.policy().grading
    if not policy.graders:
        return False
    found = prepared.first_row(_HELD, {"agreement": milestone.agreement_id})
    assert found is not None
    return found[1] == rules.FinalStatus.CONFIRMED and not policy.pays[found[0]]


_HELD = """
SELECT f.grade, f.status, (
  SELECT m.id FROM vouchers_milestone m WHERE m.agreement_id = a.id AND m.status NOT IN ('DROPPED', 'REJECTED')
  ORDER BY m.due_on DESC, m.number DESC LIMIT 1)
FROM (SELECT %(agreement)s::bigint AS id) a LEFT JOIN vouchers_finalevaluation f ON f.agreement_id = a.id
"""


def delivered(row: FinalEvaluation, user: Any) -> QuerySet[Milestone]:
    """What was delivered, as far as this person sees it: graders all of it, a provider its own."""
    found = (
        Milestone.objects.filter(agreement=row.agreement)
        .exclude(status="DROPPED")
        .select_related("institution")
        .order_by("number")
    )
    return found if own_score(row, user) is not None else found.filter(pk__in=Milestone.objects.visible_to(user).values("pk"))


def opinions(row: FinalEvaluation) -> Iterable[FinalScore]:
    return row.scores.select_related("grader").order_by("pk")
