"""Agreements in force of several providers and lines, and their changes, through the actions."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portal.accounts import second_factor
from portal.accounts.models import User
from portal.kit import clock
from tests.factories import applications as make
from tests.factories import authorities
from tests.factories import evaluation as ev
from tests.factories.played import played
from tests.factories.providers import Provider, provider
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement, AgreementChange
from vouchers.applications.models import ApplicationMatch
from vouchers.evaluation import actions as evaluation
from vouchers.milestones import actions as milestones
from vouchers.milestones.models import Milestone


@dataclass
class Agreed:
    """An agreement in force: 400,000,000 won, two lines of 120,000,000 at the first hospital, one of 160,000,000 at the second."""

    agreement: Agreement
    company: User
    first: Provider
    second: Provider
    operator: User
    colleague: User  # of the operator

    @property
    def row(self) -> Agreement:
        return Agreement.objects.get(pk=self.agreement.pk)

    def ask(self, *, by: User | None = None, amounts: dict[int, int] | None = None, **wanted: Any) -> AgreementChange:
        given = {"reason": "과제 조정", "base": self.row.current().content_hash, **wanted}
        return agreements.request_change(agreement_id=self.agreement.pk, amounts=amounts, by=by or self.company, **given)

    def review(self, change: AgreementChange) -> AgreementChange:
        return agreements.take_up_change(change_id=change.pk, version=change.version, by=self.operator)

    def approve(self, change: AgreementChange) -> AgreementChange:
        taken = self.review(change)
        return milestones.approve_change(change_id=taken.pk, version=taken.version, by=self.operator)

    def note(self, change: AgreementChange) -> AgreementChange:
        taken = self.review(change)
        return milestones.note_change(change_id=taken.pk, version=taken.version, by=self.operator)

    def sign(self, change: AgreementChange, *people: User) -> AgreementChange:
        for person in people or (self.operator, self.company, self.first.user, self.second.user):
            change = milestones.sign_change(
                change_id=change.pk, content_hash=change.amended.content_hash,
                second_factor_code=second_factor.demo_code(person), by=person,
            )  # fmt: skip
        return change

    def item(self, hospital: Provider, amount_won: int, days: int = 30) -> dict[str, Any]:
        due = clock.today() + timedelta(days=days)
        return {"institution_id": hospital.institution.pk, "title": "추출 설계서", "due_on": due, "amount_won": amount_won}

    def plan(self) -> list[Milestone]:
        """Two of 120,000,000 at the first hospital, one of 160,000,000 at the second."""
        items = [self.item(self.first, 120_000_000), self.item(self.first, 120_000_000, 60), self.item(self.second, 160_000_000)]
        return milestones.plan(agreement_id=self.agreement.pk, items=items, by=self.operator)


@played
def to_sign(*, shift_share: str = "0.10", grant_may_rise: bool = False) -> Agreed:
    """Waits for everybody's signature."""
    at, awards = ev.awarded(changing={"shift_share": shift_share, "grant_may_rise": grant_may_rise})
    award = evaluation.accept_award(award_id=awards[0].pk, by=at.firms[0].representative)
    application, hospitals = award.application, [provider(), provider()]
    with clock.at(application.round.closes_at - timedelta(hours=1)):  # a quote is accepted until the call closes
        matches = [
            make.match(at.firms[0], application.need, hospital=hospitals[0], amount_won=240_000_000, parts=2),
            make.match(at.firms[0], application.need, hospital=hospitals[1], amount_won=160_000_000),
        ]
    application.application_matches.update(match=matches[0])
    ApplicationMatch.objects.create(application=application, match=matches[1])
    operator, today = ev.operator(), clock.today()
    row = agreements.draft(award_id=award.pk, starts_on=today, ends_on=today + timedelta(days=200), by=operator)
    row = agreements.send_for_signature(agreement_id=row.pk, by=operator)
    made = Agreed(row, at.firms[0].representative, hospitals[0], hospitals[1], operator, ev.operator())
    authorities.of_parties(row, operator, made.company, hospitals[0].user, hospitals[1].user)
    return made


@played
def agreed(*, shift_share: str = "0.10", grant_may_rise: bool = False) -> Agreed:
    """In force since today, with this policy about changes."""
    made = to_sign(shift_share=shift_share, grant_may_rise=grant_may_rise)
    row = made.agreement
    for person in (made.operator, made.company, made.first.user, made.second.user):
        agreements.sign(
            agreement_id=row.pk, content_hash=row.current().content_hash, second_factor_code=second_factor.demo_code(person), by=person
        )  # fmt: skip
    return made
