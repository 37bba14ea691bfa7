"""A provider refuses before the agreement takes force: the rest goes on, the voucher follows."""

import pytest
from django.db import IntegrityError, transaction

from portal.accounts import second_factor
from portal.journal.models import Duty, Notice
from portal.kit import clock
from portal.kit.errors import NotAllowed
from tests.doors import as_
from tests.factories import changes
from tests.factories import evaluation as ev
from tests.refusals import refused
from vouchers.agreements import actions, queries
from vouchers.agreements.models import Agreement, AgreementLine, AgreementParty, Voucher
from vouchers.ledger import queries as ledger

pytestmark = pytest.mark.django_db


def sign(at, *people):
    row = at.row
    for who in people:
        row = actions.sign(
            agreement_id=row.pk, content_hash=row.current().content_hash, second_factor_code=second_factor.demo_code(who), by=who
        )  # fmt: skip
    return row


def broken(rows, **values):
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**values)


def test_its_lines_are_dropped_the_others_sign_anew_and_the_voucher_is_smaller():
    at = changes.to_sign()
    sign(at, at.operator, at.company, at.first.user)
    given = {"agreement_id": at.agreement.pk, "by": at.second.user}
    refused(actions.refuse_agreement, "reason_missing", reason=" ", **given)
    for who in (at.company, at.operator, at.first.user):  # no provider, or signed already
        with pytest.raises(NotAllowed):
            actions.refuse_agreement(agreement_id=at.agreement.pk, reason="x", by=who)
    found = queries.refusal(at.row, AgreementParty.objects.get(organisation=at.second.organisation))
    assert (found.moved_won, found.dropped_won, found.terms.grant_won) == (0, 160_000_000, 204_000_000)
    row = actions.refuse_agreement(reason="자료를 제공할 수 없습니다.", **given)
    assert (row.status, row.supply_amount_won, row.grant_won, row.own_cash_won) == (
        "DRAFTING",
        240_000_000,
        204_000_000,
        36_000_000,
    )
    body = row.current().body
    assert len(body["parties"]) == 3 and body["money"]["grant_won"] == row.grant_won and queries.intact(row)
    assert not row.parties.filter(signed_at__isnull=False).exists() and list(queries.faults()) == []
    assert Duty.objects.filter(subject_ref=row.ref, verb="send_for_signature", closed_at__isnull=True).exists()
    assert Notice.objects.filter(template="agreement_refused", user=at.first.user, body__contains="자료를 제공할").exists()
    assert as_(at.second.user).get(row.get_absolute_url()).status_code == 404
    broken(Agreement.objects.all(), grant_won=204_000_001, own_cash_won=35_999_999)
    broken(AgreementLine.objects.filter(position=1), amount_won=1)
    broken(AgreementParty.objects.filter(role="PROVIDER"), refused_at=None, refused_by=None, refusal="")
    actions.send_for_signature(agreement_id=row.pk, by=at.operator)
    assert sign(at, at.operator, at.company, at.first.user).status == "ACTIVE"
    held = ledger.voucher_balance(Voucher.objects.get().ref)
    assert held.open_won == 204_000_000 and ledger.position(row.round_id).reserved_won == 0 and list(queries.faults()) == []


def test_the_only_provider_does_not_refuse_and_nobody_does_once_it_is_in_force():
    made = ev.to_sign()
    refused(actions.refuse_agreement, "only_provider", agreement_id=made.agreement.pk, reason="x", by=made.provider)
    rows = AgreementParty.objects.filter(role="PROVIDER")
    done = {"refused_at": clock.now(), "refused_by": made.provider, "refusal": "x"}
    broken(rows, **done)
    broken(AgreementParty.objects.filter(role="COMPANY"), **done)
    for person in made.everybody:
        ev.sign(made, person)
    assert queries.refuses_for(Agreement.objects.get(), made.provider) is None
    broken(rows, **done)


def test_a_provider_refuses_in_the_browser_seeing_what_becomes_of_its_lines():
    at = changes.to_sign()
    page = at.row.get_absolute_url()
    shown = as_(at.second.user).get(page).content.decode()
    assert f"{page}refuse/" in shown and "204,000,000" in shown
    assert f"{page}refuse/" not in as_(at.company).get(page).content.decode()
    assert as_(at.company).post(f"{page}refuse/", {"reason": "x"}).status_code == 403
    empty = as_(at.second.user).post(f"{page}refuse/", {"reason": ""})
    assert empty.status_code == 422 and 'href="#reason-refuse"' in empty.content.decode()
    assert as_(at.second.user).post(f"{page}refuse/", {"reason": "인력이 없습니다."}).status_code == 303
    assert at.row.status == "DRAFTING"
