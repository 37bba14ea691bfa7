"""Quotes hold: of data that can be had, by people of the institution, paid to whom the call pays, and never for more than was said."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from portal.accounts import actions as accounts
from portal.accounts.rules import Role
from portal.kit import clock
from portal.kit.errors import Refused
from providers.catalogue.models import Dataset
from tests.actions.test_quotes_terms import broken
from tests.doors import as_
from tests.factories import providers, quotes
from vouchers.matching import actions
from vouchers.matching.models import FeasibilityQuery, Match, Quote, QuoteDraft, QuoteRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def refused(code: str, act: Any, field: str | None = None) -> None:
    with pytest.raises(Refused) as error:
        act()
    assert (error.value.code, error.value.field) == (code, field)


def becomes(at: quotes.Stage, status: str) -> None:
    Dataset.objects.filter(pk=at.offer.dataset_id).update(status=status)


# ── Data that can be had ─────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("status", ["PLANNED", "SUPERSEDED"])
def test_what_cannot_be_had_is_neither_asked_for_nor_counted(at: quotes.Stage, status: str) -> None:
    becomes(at, status)
    data, need = at.offer.dataset_id, at.need.pk
    for offer in (None, at.offer.pk):
        refused("not_open", lambda offer=offer: quotes.asked(at, offer_id=offer))
    refused("not_open", lambda: actions.ask_feasibility(need_id=need, dataset_id=data, by=at.firm.user))
    company = as_(at.firm.user)
    for page in (f"ask/?for={at.offer.dataset.key}:", f"count/?for={at.offer.dataset.key}"):
        shown = company.get(f"/matching/needs/{at.need.ref}/{page}").content.decode()
        assert "지금은 이용할 수 없는 데이터입니다" in shown and 'name="message"' not in shown
        answer = company.post(f"/matching/needs/{at.need.ref}/{page}", {"message": "유지됨"})
        assert answer.status_code == 422 and "유지됨" in answer.content.decode()
    assert not QuoteRequest.objects.exists() and not FeasibilityQuery.objects.exists()


def test_what_cannot_be_had_any_more_is_not_quoted_accepted_or_confirmed(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    becomes(at, "SUPERSEDED")
    refused("not_open", lambda: quotes.prepared(at, request))
    becomes(at, "AVAILABLE")
    draft, secret = quotes.prepared(at, request)
    actions.approve_quote(draft_id=draft.pk, by=quotes.approver(at.hospital.organisation))
    becomes(at, "SUPERSEDED")
    refused("not_open", lambda: actions.agree_by_link(secret=secret))
    becomes(at, "AVAILABLE")
    actions.agree_by_link(secret=secret)
    found = Quote.objects.get()
    becomes(at, "SUPERSEDED")
    refused("not_open", lambda: actions.accept_quote(quote_id=found.pk, by=at.firm.user))
    becomes(at, "AVAILABLE")
    match = actions.accept_quote(quote_id=found.pk, by=at.firm.user)
    becomes(at, "SUPERSEDED")
    refused("not_open", lambda: actions.confirm_match(match_id=match.pk, by=at.hospital.user))
    assert Match.objects.get().status == "PROPOSED"


def copied(table: str, pk: int, **columns: str) -> tuple[str, int]:
    """INSERT of the same row with other values in some columns."""
    with connection.cursor() as cursor:
        names = [one.name for one in connection.introspection.get_table_description(cursor, table) if one.name != "id"]
    values = ", ".join(columns.get(name, f'"{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table} WHERE id = %s", pk


def test_the_database_takes_nothing_of_data_that_cannot_be_had(at: quotes.Stage) -> None:
    match = quotes.accepted(at)
    request = match.quote.request
    count = actions.ask_feasibility(need_id=at.need.pk, dataset_id=at.offer.dataset_id, by=at.firm.user)
    agreed = quotes.agreed_copy(match.quote)
    becomes(at, "SUPERSEDED")
    again = copied("vouchers_quoterequest", request.pk, ref="'qrq-x'")
    broken("quote_request_of_open_data", *again)
    broken("feasibility_of_open_data", *copied("vouchers_feasibilityquery", count.pk, ref="'fsq-x'"))
    broken("match_of_open_data", *copied("vouchers_match", match.pk, ref="'mat-x'"))
    confirmed = "UPDATE vouchers_match SET status = 'CONFIRMED', provider_confirmed_at = now(), provider_confirmed_by_id = company_confirmed_by_id WHERE id = %s"
    broken("match_of_open_data", confirmed, match.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE vouchers_quoterequest SET status = 'QUOTED' WHERE id = %s", [request.pk])
    broken("quote_of_open_data", *copied("vouchers_quote", match.quote.pk, ref="'quo-x'", number="9", draft_id=str(agreed.pk)))


# ── Who agrees ───────────────────────────────────────────────────────────────────────────────────────
def test_an_investigator_who_left_reads_nothing_and_agrees_to_nothing(at: quotes.Stage) -> None:
    person = providers.person(Role.DRB_MEMBER, at.hospital.organisation)
    draft, _secret = quotes.prepared(at, investigator_email=person.email)
    place = f"/matching/requests/{draft.request.ref}/"
    assert as_(person).get(place).status_code == 200
    membership = person.memberships.get()
    accounts.end_membership(membership_id=membership.pk, reason="퇴직", by=at.hospital.user)
    assert as_(person).get(place).status_code == 404 and not QuoteDraft.objects.visible_to(person).exists()
    refused("not_of_institution", lambda: actions.agree_as_investigator(draft_id=draft.pk, by=person))
    refused("not_of_institution", lambda: actions.return_quote(draft_id=draft.pk, reason="아닙니다.", by=person))
    office = as_(at.hospital.user).get(place).content.decode()
    assert "더 이상 기관 소속이 아닙니다. 다른 연구책임자를 정해 견적을 다시 작성해 주십시오" in office
    agree = "UPDATE vouchers_quotedraft SET investigator_agreed_at = now(), investigator_agreed_by = 'ACCOUNT' WHERE id = %s"
    broken("quote_draft_investigator_belongs", agree, draft.pk)


def test_an_investigator_who_is_named_no_more_reads_no_more(at: quotes.Stage) -> None:
    person = providers.person(Role.DRB_MEMBER, at.hospital.organisation)
    draft, _secret = quotes.prepared(at, investigator_email=person.email)
    newer, _secret = quotes.prepared(at, draft.request)
    assert not QuoteRequest.objects.visible_to(person).exists() and not QuoteDraft.objects.visible_to(person).exists()
    assert QuoteDraft.objects.visible_to(at.hospital.user).count() == 2 and newer.investigator_user is None


# ── Whom the call pays ───────────────────────────────────────────────────────────────────────────────
def test_a_line_contracts_with_and_pays_only_whom_the_call_pays(at: quotes.Stage) -> None:
    agency = providers.provider(institution_type="PUBLIC_AGENCY", voucher_supplier=False).institution
    request = quotes.asked(at)
    for party in ("payee", "contracting_party"):
        lines = quotes.lines(**{party: agency.pk})
        refused("payee_not_a_supplier", lambda lines=lines: quotes.prepared(at, request, lines=lines), "lines")
    quotes.prepared(at, request, lines=quotes.lines(reviewing_board=agency.pk, data_holder=agency.pk))
    other = providers.provider().institution
    draft, secret = quotes.prepared(at, request, lines=quotes.lines(payee=other.pk))
    actions.agree_by_link(secret=secret)
    type(other).objects.filter(pk=other.pk).update(institution_type="COMPANY", voucher_supplier=False)
    approver = quotes.approver(at.hospital.organisation)
    refused("payee_not_a_supplier", lambda: actions.approve_quote(draft_id=draft.pk, by=approver), "lines")
    assert not Quote.objects.exists()


# ── What was promised ────────────────────────────────────────────────────────────────────────────────
def test_a_newer_quote_keeps_what_the_one_before_promised(at: quotes.Stage) -> None:
    first = quotes.quoted(at)
    request = first.request
    refused("exceeds_commitment", lambda: quotes.prepared(at, request, lines=quotes.lines(unit_price_won=35_001)), "lines")
    sooner = first.valid_until - timedelta(days=1)
    with clock.at(clock.now() + timedelta(days=1)):
        refused("shortens_commitment", lambda: quotes.prepared(at, request, valid_until=sooner), "valid_until")
    cheaper = quotes.quoted(at, request, lines=quotes.lines(unit_price_won=30_000))
    assert cheaper.number == 2 and cheaper.supply_amount_won == 90_000_000
    for number, columns in enumerate(
        ({"supply_amount_won": "supply_amount_won + 1"}, {"vat_won": "vat_won + 1"}, {"valid_until": "valid_until - 1"}), start=8
    ):
        assert cheaper.draft is not None
        new = {name: value for name, value in columns.items() if name != "valid_until"}
        draft = copied("vouchers_quotedraft", cheaper.draft.pk, ref=f"'qdr-{number}'", number=str(number), **new)
        with connection.cursor() as cursor:
            cursor.execute(f"{draft[0]} RETURNING id", [draft[1]])
            agreed = cursor.fetchone()[0]
        same = {"ref": "'quo-x'", "number": "9", "draft_id": str(agreed), **columns}
        broken("quote_keeps_commitment", *copied("vouchers_quote", cheaper.pk, **same))
