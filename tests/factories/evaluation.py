"""A round in evaluation with scored applications, a confirmed selection, signed agreements: all through the actions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest
from typing import Any

from portal.accounts import actions as accounts
from portal.accounts import second_factor
from portal.accounts.models import Organisation, User
from portal.accounts.rules import OrganisationKind, Role
from portal.kit import clock
from tests.factories import applications as make
from tests.factories import authorities
from tests.factories.applications import Firm
from tests.factories.played import played
from tests.factories.providers import person
from tests.factories.rounds import make_round
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement
from vouchers.applications import actions as application_actions
from vouchers.applications.models import Application
from vouchers.evaluation import actions
from vouchers.evaluation.models import Assignment, Award, SelectionRun
from vouchers.ledger import actions as ledger
from vouchers.rounds import actions as rounds
from vouchers.rounds.actions.demo import CRITERIA
from vouchers.rounds.actions.demo import SELECTION as DEMO_SELECTION
from vouchers.rounds.models import Round

STAGED = [{**one, "stage": "PRESENTATION" if one["key"] == "feasibility" else "DOCUMENT"} for one in CRITERIA]


@dataclass
class Panel:
    """A round in evaluation and the people who decide in it."""

    round: Round
    officer: User
    approver: User
    evaluators: list[User]
    firms: list[Firm]
    applications: list[Application]


@played
def panel(
    count: int = 1, *, slots: int = 2, budget_won: int = 1_000_000_000, regions: Sequence[str] = (), titles: Sequence[str] = (),
    ineligible: int = 0, apart: int = 0, staged: bool = False, **policy: Any,
) -> Panel:  # fmt: skip
    """`count` eligible applications to the large track (320,000,000 won each); the call has closed two days ago.

    ineligible: how many of the last are found not eligible instead. apart: how many of the last apply to a track beside it, with
    one slot. staged: the criterion “feasibility” is scored by the presentation. regions: of the companies, titles: of their projects, in order; those without one stay as the factory makes them.
    """
    now = clock.now()
    tracks = [
        {"key": "LARGE", "name_ko": "대형과제", "name_en": "Large project", "cap_won": 320_000_000, "slots": slots,
         "task_price_won": 400_000_000},
        *([{"key": "BESIDE", "name_ko": "병행과제", "name_en": "Project beside", "cap_won": 320_000_000, "slots": 1,
            "task_price_won": 400_000_000}] if apart else []),
    ]  # fmt: skip
    places = slots + bool(apart)
    with clock.at(now - timedelta(days=10)):
        programme = make_round(
            opens_at=now - timedelta(days=20), closes_at=now - timedelta(days=2), tracks=tracks,
            budget_won=max(budget_won, 320_000_000 * places), policy=policy, criteria=STAGED if staged else CRITERIA,
        )  # fmt: skip
        firms = [make.firm(**({"region": regions[n]} if n < len(regions) else {})) for n in range(count)]
        keys = ["LARGE"] * (count - apart) + ["BESIDE"] * apart
        handed_in = [
            make.submitted(owner, programme, title=title, track=key)
            for owner, title, key in zip_longest(firms, titles, keys, fillvalue="")
        ]
    officer, approver = person(Role.MINISTRY_OFFICER), person(Role.MINISTRY_APPROVER)
    ledger.appropriate(round_id=programme.pk, amount_won=budget_won, reason="시험 예산", by=approver)
    for application in handed_in[: count - ineligible]:
        find_eligible(application, officer)
    for application in handed_in[count - ineligible :]:
        find_ineligible(application, officer)
    rounds.begin_evaluation(round_id=programme.pk, by=officer)
    evaluators = [person(Role.EVALUATOR) for _ in range(2)]
    rows = [Application.objects.get(pk=a.pk) for a in handed_in]
    return Panel(Round.objects.get(pk=programme.pk), officer, approver, evaluators, firms, rows)


def find_eligible(application: Application, officer: User) -> None:
    application_actions.begin_check(application_id=application.pk, by=officer)
    judge_all(application, officer)
    application_actions.find_eligible(application_id=application.pk, by=officer)


def find_ineligible(application: Application, officer: User) -> None:
    application_actions.begin_check(application_id=application.pk, by=officer)
    check = application.eligibility_checks.first()
    assert check is not None
    application_actions.judge_rule(check_id=check.pk, verdict="NOT_MET", reason="중복지원", by=officer)
    application_actions.find_ineligible(application_id=application.pk, reason="중복지원", by=officer)


def judge_all(application: Application, officer: User) -> None:
    """An officer finds every rule met that is not."""
    for check in application.eligibility_checks.exclude(verdict="MET"):
        application_actions.judge_rule(check_id=check.pk, verdict="MET", reason="확인함", by=officer)


def assigned(at: Panel, application: Application, evaluator: User) -> Assignment:
    return actions.assign(application_id=application.pk, evaluator_id=evaluator.pk, by=at.officer)


@played
def presenting(count: int = 2, *, selection: dict[str, Any] | None = None, **facts: Any) -> Panel:
    """Applications in evaluation whose evaluators accepted, in a round with presentations that takes five points off for an absence.
    facts: of `panel`."""
    absent = {**DEMO_SELECTION, "penalty_points": {"ABSENT": "5"}, "penalty_cap": "10", **(selection or {})}
    at = panel(count, evaluation_stages=["DOCUMENT", "PRESENTATION"], selection=absent, **facts)
    for case in at.applications[: count - facts.get("ineligible", 0)]:
        for who in at.evaluators:
            actions.accept(assignment_id=assigned(at, case, who).pk, by=who)
    return at


def points_for(assignment: Assignment, points: int) -> dict[int, tuple[int | None, str]]:
    return {c.pk: (points, "근거") for c in assignment.application.round.criteria.all()}


def score(at: Panel, application: Application, points: int) -> None:
    """Every evaluator gives the same points on each criterion and hands in."""
    for evaluator in at.evaluators:
        row = assigned(at, application, evaluator)
        actions.accept(assignment_id=row.pk, by=evaluator)
        actions.save_scores(assignment_id=row.pk, scores=points_for(row, points), comment="종합 의견", by=evaluator)
        actions.submit_scores(assignment_id=row.pk, by=evaluator)


@played
def scored(points: Sequence[int] = (90,), **facts: Any) -> Panel:
    """One application a number of points, best first or not as given."""
    at = panel(len(points) + facts.get("ineligible", 0), **facts)
    for application, number in zip(at.applications, points, strict=False):  # those not eligible get none
        score(at, application, number)
    return at


def proposed(at: Panel) -> SelectionRun:
    return actions.propose_selection(round_id=at.round.pk, by=at.officer)


def confirmed(at: Panel) -> SelectionRun:
    return actions.confirm_selection(run_id=proposed(at).pk, by=at.approver)


@played
def awarded(points: Sequence[int] = (90,), **facts: Any) -> tuple[Panel, list[Award]]:
    at = scored(points, **facts)
    confirmed(at)
    return at, list(Award.objects.filter(application__round=at.round).order_by("pk"))


@dataclass
class Signing:
    """An agreement and who may sign it."""

    panel: Panel
    award: Award
    agreement: Agreement
    operator: User
    company: User
    provider: User

    @property
    def everybody(self) -> list[User]:
        return [self.operator, self.company, self.provider]


def operator() -> User:
    """A case officer of the operating agency, member of its organisation."""
    body = Organisation.objects.filter(kind=OrganisationKind.OPERATOR).first() or accounts.create_organisation(
        kind=OrganisationKind.OPERATOR, name_ko="가상전담기관", name_en="Fictional Operating Agency", is_demo=True, by=None
    )
    return person(Role.OPERATOR_CASE, body)


@played
def accepted(**facts: Any) -> tuple[Panel, Award]:
    at, awards = awarded(**facts)
    return at, actions.accept_award(award_id=awards[0].pk, by=at.firms[0].representative)


def period(**changes: Any) -> dict[str, Any]:
    today = clock.today()
    return {"starts_on": today + timedelta(days=10), "ends_on": today + timedelta(days=200), **changes}


@played
def drafted() -> Signing:
    at, award = accepted()
    drafter = operator()
    agreement = agreements.draft(award_id=award.pk, by=drafter, **period())
    party = agreement.parties.get(role="PROVIDER")
    manager = User.objects.get(role_grants__organisation=party.organisation, role_grants__role=Role.PROVIDER_MANAGER)
    return Signing(at, award, agreement, drafter, at.firms[0].representative, manager)


@played
def to_sign() -> Signing:
    made = drafted()
    authorities.of_parties(made.agreement, *made.everybody)
    made.agreement = agreements.send_for_signature(agreement_id=made.agreement.pk, by=made.operator)
    return made


def sign(made: Signing, by: User, **changes: Any) -> Agreement:
    given = {"content_hash": made.agreement.current().content_hash, "second_factor_code": second_factor.demo_code(by), **changes}
    return agreements.sign(agreement_id=made.agreement.pk, by=by, **given)


@played
def active() -> Signing:
    """Signed by everybody: in force, voucher issued."""
    made = to_sign()
    for person_ in made.everybody:
        made.agreement = sign(made, person_)
    return made
