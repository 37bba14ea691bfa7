"""Agreements in force that are suspended or terminated, through the actions."""

from typing import Any

from portal.accounts import second_factor
from portal.accounts.models import User
from portal.accounts.rules import Role
from tests.factories.providers import person
from vouchers.agreements.models import Agreement, AgreementHalt
from vouchers.payments import actions, queries

SPEAK = (Role.REPRESENTATIVE, Role.PROVIDER_MANAGER, Role.OPERATOR_CASE)


def speaker(party: Any) -> User:
    """Who speaks for a party."""
    found = User.objects.filter(role_grants__organisation=party.organisation, role_grants__role__in=SPEAK).order_by("pk").first()
    assert found is not None
    return found


def asked(agreement: Agreement, *, by: User, at_fault: str = "", **what: Any) -> AgreementHalt:
    """Asked with the figures of now. at_fault: role of the party, "" for everybody's consent."""
    row = Agreement.objects.get(pk=agreement.pk)
    given: dict[str, Any] = {
        "kind": "TERMINATION",
        "ground": "NOT_PERFORMED" if at_fault else "PURPOSE_LOST",
        "statement": "수행하지 않음",
    } | what
    given |= {
        "way": "FAULT" if at_fault else "CONSENT",
        "at_fault": row.parties.filter(role=at_fault).first().ref if at_fault else "",
    }
    _figures, shown = queries.preview_halt(row, **given)
    return actions.propose_halt(agreement_id=row.pk, shown=shown, by=by, **given)


def consent(row: AgreementHalt, by: User) -> AgreementHalt:
    return actions.consent_halt(
        halt_id=row.pk, content_hash=row.content_hash, second_factor_code=second_factor.demo_code(by), by=by
    )  # fmt: skip


def heard(row: AgreementHalt) -> None:
    """Every party says something."""
    for party in queries.concerned(row.agreement):
        actions.give_halt_opinion(halt_id=row.pk, text="이견 없음", by=speaker(party))


def decide(row: AgreementHalt, *, uphold: bool = True, by: User | None = None) -> AgreementHalt:
    who = by or person(Role.MINISTRY_APPROVER)
    return actions.decide_halt(halt_id=row.pk, content_hash=row.content_hash, uphold=uphold, reason="사유 확인", by=who)


def suspended(agreement: Agreement, *, by: User) -> AgreementHalt:
    """At once, as facts are examined."""
    return decide(asked(agreement, by=by, at_fault="COMPANY", kind="SUSPENSION", ground="INSPECTION"))


def terminated(agreement: Agreement, *, by: User, **what: Any) -> AgreementHalt:
    """For the company's fault, after everybody was heard."""
    row = asked(agreement, by=by, at_fault="COMPANY", **what)
    heard(row)
    return decide(row)
