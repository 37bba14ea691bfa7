"""An institution that was suspended meanwhile quotes nothing, and nothing is agreed with it, by whichever door."""

from typing import Any

import pytest

from portal.accounts.rules import Role
from portal.kit.errors import Refused
from providers.institutions import actions as institutions
from providers.institutions.models import Institution
from tests.committed import second, together
from tests.doors import as_
from tests.factories import providers, quotes
from vouchers.matching import actions
from vouchers.matching.models import Match, Quote, QuoteDraft, QuoteRequest
from vouchers.matching.rules import agreeing


def suspend(at: quotes.Stage) -> Institution:
    return institutions.suspend(
        institution_id=at.hospital.institution.pk, reason="점검 중입니다.", by=providers.person(Role.OPERATOR_CASE)
    )


def reinstate(at: quotes.Stage) -> Institution:
    return institutions.reinstate(institution_id=at.hospital.institution.pk, by=providers.person(Role.OPERATOR_CASE))


def refused(act: Any) -> None:
    with pytest.raises(Refused) as error:
        act()
    assert error.value.code == "institution_inactive"


def test_check_supplies() -> None:
    agreeing.check_supplies("가상병원", active=True)
    refused(lambda: agreeing.check_supplies("가상병원", active=False))


@pytest.mark.django_db
def test_no_step_from_the_draft_to_the_match_while_it_is_suspended() -> None:
    at = quotes.stage()
    request = quotes.asked(at)
    suspend(at)
    refused(lambda: quotes.prepared(at, request))
    reinstate(at)
    draft, secret = quotes.prepared(at, request)
    actions.agree_by_link(secret=secret)
    approver = quotes.approver(at.hospital.organisation)
    suspend(at)
    refused(lambda: actions.approve_quote(draft_id=draft.pk, by=approver))
    assert not Quote.objects.exists() and QuoteDraft.objects.get().approved_at is None
    answer = as_(approver).post(f"/matching/drafts/{draft.ref}/do/approve/")
    assert answer.status_code == 409 and "지금은 이 기관이 포털에서 데이터를 공급하지 않습니다" in answer.content.decode()
    reinstate(at)
    actions.approve_quote(draft_id=draft.pk, by=approver)
    quote = Quote.objects.get()
    suspend(at)
    refused(lambda: actions.accept_quote(quote_id=quote.pk, by=at.firm.user))
    answer = as_(at.firm.user).post(f"/matching/quotes/{request.ref}/do/accept/")
    assert answer.status_code == 409 and "지금은 이 기관이 포털에서 데이터를 공급하지 않습니다" in answer.content.decode()
    assert QuoteRequest.objects.get().status == "QUOTED" and not Match.objects.exists()
    reinstate(at)
    match = actions.accept_quote(quote_id=quote.pk, by=at.firm.user)
    suspend(at)
    refused(lambda: actions.confirm_match(match_id=match.pk, by=at.hospital.user))
    answer = as_(at.hospital.user).post(f"/matching/matches/{match.ref}/do/confirm/")
    assert answer.status_code == 409 and Match.objects.get().status == "PROPOSED"
    actions.cancel_match(match_id=match.pk, reason="기관이 중지되었습니다.", by=at.firm.user)  # whoever wants may step back


def test_confirmed_and_suspended_at_once_one_comes_first(committed_db: str) -> None:
    at = quotes.stage()
    match = quotes.accepted(at)
    results = together(
        lambda: suspend(at),
        lambda: second(lambda: actions.confirm_match(match_id=match.pk, by=at.hospital.user)),
        behind=at.hospital.institution,
    )
    assert isinstance(results[0], Institution) and isinstance(results[1], Refused), results
    assert Match.objects.get().status == "PROPOSED"
