"""Who of an institution reads what companies need, what was quoted and what was not sent: those whose work it is, and who is named."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from portal.accounts import actions as accounts
from portal.accounts.rules import Role
from portal.journal.models import Notice
from tests.doors import as_
from tests.factories import providers, quotes
from vouchers.matching import actions, queries
from vouchers.matching.models import FeasibilityQuery, Match, QuoteDraft, QuoteRequest

pytestmark = pytest.mark.django_db
OTHERS = (Role.DRB_MEMBER, Role.PROVIDER_DRB_SECRETARY, Role.IRB_LIAISON)


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def status(user: Any, path: str) -> int:
    return int(as_(user).get(path).status_code)


def test_reviewers_of_the_institution_read_neither_requests_nor_drafts_nor_matches(at: quotes.Stage) -> None:
    draft, _secret = quotes.prepared(at)
    request = draft.request
    others = [providers.person(role, at.hospital.organisation) for role in OTHERS]
    place = f"/matching/requests/{request.ref}/"
    readers = (at.hospital.user, quotes.approver(at.hospital.organisation))
    assert [status(one, place) for one in readers] == [200, 200]
    for one in [*others, providers.provider().user, quotes.firm().user, AnonymousUser()]:
        assert not QuoteRequest.objects.visible_to(one).exists() and not queries.asked_of(one).exists()
        assert not QuoteDraft.objects.visible_to(one).exists() and queries.inbox_counts(one)["waiting"] == 0
    for one in others:
        assert status(one, place) == 404 and status(one, "/matching/requests/") == 403
        assert as_(one).post(f"/matching/drafts/{draft.ref}/do/return/", {"return-text": "아닙니다."}).status_code == 404
    assert status(None, place) == 302
    actions.withdraw_request(request_id=request.pk, by=at.firm.user)
    match = quotes.confirmed(at)
    assert [status(one, f"/matching/matches/{match.ref}/") for one in (*readers, at.firm.user)] == [200, 200, 200]
    for one in others:
        assert status(one, f"/matching/matches/{match.ref}/") == 404 and not Match.objects.visible_to(one).exists()
    for one in (Role.OPERATOR_CASE, Role.AUDITOR, Role.MINISTRY_OFFICER):
        assert status(providers.person(one), place) == 200


def member(at: quotes.Stage) -> Any:
    """A colleague with an account and no role of any kind."""
    one = accounts.make_demo_user(email="professor@demo.example", name="가상 교수", password="demo-pass-1234")
    made = accounts.add_member(organisation=at.hospital.organisation, user=one, role=Role.DRB_MEMBER, by=None)
    one.role_grants.all().delete()
    assert made.status == "ACTIVE"
    return one


@pytest.mark.parametrize("with_role", [True, False])
def test_whoever_is_named_as_investigator_reads_it_and_agrees_whatever_the_role(at: quotes.Stage, with_role: bool) -> None:
    named = providers.person(Role.DRB_MEMBER, at.hospital.organisation) if with_role else member(at)
    draft, secret = quotes.prepared(at, investigator_email=named.email)
    assert secret == "" and draft.investigator_user == named
    place = f"/matching/requests/{draft.request.ref}/"
    told = Notice.objects.get(template="quote_to_agree", user=named, language="ko")
    assert place in told.body
    page = as_(named)
    shown = page.get(place)
    assert shown.status_code == 200 and f"/matching/drafts/{draft.ref}/do/agree/" in shown.content.decode()
    assert f"/matching/drafts/{draft.ref}/do/approve/" not in shown.content.decode()
    assert page.post(f"/matching/drafts/{draft.ref}/do/agree/").status_code == 303
    draft.refresh_from_db()
    assert draft.investigator_agreed_by == "ACCOUNT"
    other = quotes.prepared(quotes.stage())[0]
    assert status(named, f"/matching/requests/{other.request.ref}/") == 404


def test_counts_and_proposals_are_read_by_those_who_deal_with_them(at: quotes.Stage) -> None:
    count = actions.ask_feasibility(need_id=at.need.pk, dataset_id=at.offer.dataset_id, by=at.firm.user)
    place = f"/matching/feasibility/{count.ref}/"
    assert [status(one, place) for one in (at.hospital.user, at.firm.user, at.firm.colleague)] == [200, 200, 200]
    for role in (*OTHERS, Role.PROVIDER_APPROVER):
        one = providers.person(role, at.hospital.organisation)
        assert status(one, place) == 404 and status(one, "/matching/feasibility/") == 403
        assert not FeasibilityQuery.objects.visible_to(one).exists() and queries.counts_in_boxes(one)["waiting"] == 0
