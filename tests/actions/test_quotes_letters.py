"""A letter of intent suffices until the award; then a final quote within its band stands for it, and the agreement rests on that."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock
from portal.kit.errors import DomainError, IllegalStep, NotAllowed, Refused
from portal.management import verify
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.factories import providers, quotes, rounds
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement, AgreementLine
from vouchers.applications.models import ApplicationMatch
from vouchers.evaluation import actions as evaluation
from vouchers.evaluation.models import Award
from vouchers.matching import actions
from vouchers.matching.models import Match, Quote, QuoteDraft, QuoteRequest
from vouchers.matching.rules import letters, terms

pytestmark = pytest.mark.django_db
LEAST, MOST = 300_000_000, 400_000_000


def staged(*, letters: bool = True) -> quotes.Stage:
    providers.code_lists()
    made = rounds.make_round(policy={"quoting": {"letters": letters}})
    hospital = providers.provider()
    offer = providers.offer(hospital, published=True)
    owner = quotes.firm()
    return quotes.Stage(made, owner, quotes.need(owner, made), hospital, offer)


def broken(constraint: str, sql: str, *values: Any) -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    assert error.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]


# ── A letter ─────────────────────────────────────────────────────────────────────────────────────────
def test_a_letter_passes_the_same_agreements_is_accepted_and_confirmed() -> None:
    at = staged()
    draft, secret = quotes.prepared(at, band_min_won=80_000_000)
    assert draft.band_min_won == 80_000_000 and not Quote.objects.exists()
    actions.approve_quote(draft_id=draft.pk, by=quotes.approver(at.hospital.organisation))
    assert not Quote.objects.exists()
    actions.agree_by_link(secret=secret)
    letter = Quote.objects.get()
    assert (letter.band_min_won, letter.supply_amount_won) == (80_000_000, 100_000_000)
    told = Event.objects.get(name="quote_request.quoted")
    assert told.data["band_min_won"] == 80_000_000
    mail = Notice.objects.get(template="quote_received", user=at.firm.user, language="ko")
    assert "80,000,000원에서 100,000,000원 사이" in mail.body
    match = actions.accept_quote(quote_id=letter.pk, by=at.firm.user)
    assert actions.confirm_match(match_id=match.pk, by=at.hospital.user).status == "CONFIRMED"


@pytest.mark.parametrize(
    ("letters", "least", "code"), [(False, 80_000_000, "no_letters"), (True, 100_000_001, "bad_band"), (True, 0, "bad_band")]
)
def test_a_letter_that_the_round_or_the_band_forbids_is_refused(letters: bool, least: int, code: str) -> None:
    with pytest.raises(Refused) as error:
        quotes.prepared(staged(letters=letters), band_min_won=least)
    assert error.value.code == code and not QuoteDraft.objects.exists()


def test_no_final_quote_before_the_award() -> None:
    at = staged()
    letter = quotes.quoted(at, band_min_won=80_000_000)
    match = actions.accept_quote(quote_id=letter.pk, by=at.firm.user)
    actions.confirm_match(match_id=match.pk, by=at.hospital.user)
    with pytest.raises(IllegalStep):
        quotes.prepared(at, letter.request)
    assert evaluation.ask_final_quotes() == 0
    with pytest.raises(NotAllowed):
        actions.ask_final_quotes(match_ids=[match.pk], by=at.hospital.user)


def test_nobody_is_asked_for_a_final_quote_of_a_quote() -> None:
    match = quotes.confirmed(staged())
    assert actions.ask_final_quotes(match_ids=[match.pk]) == 0


def asked(before: list[dict[str, Any]] | None = None, **letter_of: Any) -> tuple[quotes.Stage, Match]:
    """A confirmed match on a letter of 80 to 100 million won whose final quote is owed. before: lines of a quote before it."""
    at = staged()
    request = quotes.asked(at)
    if before is not None:
        quotes.quoted(at, request, lines=before)
    letter = quotes.quoted(at, request, band_min_won=80_000_000, **letter_of)
    match = actions.accept_quote(quote_id=letter.pk, by=at.firm.user)
    actions.confirm_match(match_id=match.pk, by=at.hospital.user)
    assert actions.ask_final_quotes(match_ids=[match.pk]) == 1
    return at, Match.objects.get(pk=match.pk)


def test_a_draft_of_a_final_quote_falls_away_with_the_match() -> None:
    at, match = asked()
    draft, _secret = quotes.prepared(at, match.quote.request)
    actions.cancel_match(match_id=match.pk, reason="사정이 바뀌었습니다.", by=at.hospital.user)
    draft.refresh_from_db()
    assert draft.status == "LAPSED"
    assert not Duty.objects.filter(subject_ref__in=[match.ref, draft.ref], closed_at__isnull=True).exists()
    with pytest.raises(DomainError):
        actions.approve_quote(draft_id=draft.pk, by=quotes.approver(at.hospital.organisation))
    with pytest.raises(IllegalStep):
        quotes.prepared(at, match.quote.request)


@pytest.mark.parametrize(("change", "code"), [({"quantity": 1000}, "outside_band"), ({"quantity": 2001}, "outside_band")])
def test_a_final_quote_outside_the_band_is_refused(change: dict[str, Any], code: str) -> None:
    at, match = asked()
    with pytest.raises(Refused) as error:
        quotes.prepared(at, match.quote.request, lines=quotes.lines(**change))
    assert (error.value.code, error.value.field) == (code, "lines")


def test_a_final_quote_is_no_letter_again_and_comes_once() -> None:
    at, match = asked()
    with pytest.raises(Refused) as error:
        quotes.prepared(at, match.quote.request, band_min_won=90_000_000)
    assert error.value.code == "no_letters"
    final = quotes.quoted(at, match.quote.request, lines=quotes.lines(unit_price_won=26_250))
    match.refresh_from_db()
    assert match.final_quote == final and final.supply_amount_won == 82_500_000 and match.offered_quote is None
    assert QuoteRequest.objects.get(pk=match.quote.request_id).status == "ACCEPTED"
    assert not Duty.objects.filter(subject_ref=match.ref, closed_at__isnull=True).exists()
    assert Notice.objects.filter(template="final_quote_received", user=at.firm.user).exists()
    with pytest.raises(IllegalStep):
        quotes.prepared(at, match.quote.request)
    assert list(verify.quote_faults()) == []


# ── Its VAT and its other terms ──────────────────────────────────────────────────────────────────────
EXEMPT = [{**line, "tax_kind": "EXEMPT"} for line in quotes.lines()]


def test_a_final_quote_asks_for_no_more_vat_than_the_letter() -> None:
    at, match = asked(lines=EXEMPT)
    assert match.quote.vat_won == 0
    with pytest.raises(Refused) as error:
        quotes.prepared(at, match.quote.request)  # the same lines, 70 million of them taxable
    assert (error.value.code, error.value.field) == ("vat_above_letter", "lines") and "7,000,000" in str(error.value.message)
    assert not QuoteDraft.objects.filter(status="PREPARED").exists()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"access_mode": "REMOTE_VDI"}, "access_mode"), ({"lead_time_days": 90}, "lead_time_days"),
        ({"assumptions": "영상 1,000건 기준입니다."}, "assumptions"), ({"lines": quotes.lines(quantity=1500)}, "work"),
        ({"earliest_delivery_on": clock.today() + timedelta(days=200)}, "earliest_delivery_on"),
    ],
)  # fmt: skip
def test_a_final_quote_on_other_terms_counts_only_once_the_company_accepted_it(change: dict[str, Any], name: str) -> None:
    at, match = asked()
    found = quotes.quoted(at, match.quote.request, **change)
    match.refresh_from_db()
    assert match.final_quote is None and match.offered_quote == found
    offered = Event.objects.get(name="match.final_quote_offered")
    assert offered.data == {"quote": found.ref, "changed": [name]}
    owed = Duty.objects.get(subject_ref=match.ref, closed_at__isnull=True)
    assert (owed.verb, owed.organisation, owed.role) == ("decide_final_quote", at.firm.company.organisation, "REPRESENTATIVE")
    assert owed.due_at is not None and Notice.objects.filter(template="final_quote_offered", user=at.firm.user).exists()
    for stranger in (at.hospital.user, at.firm.colleague, quotes.firm().user):
        with pytest.raises(NotAllowed):
            actions.accept_final_quote(match_id=match.pk, by=stranger)
    taken = actions.accept_final_quote(match_id=match.pk, quote_id=found.pk, by=at.firm.user)
    assert (taken.final_quote, taken.offered_quote, taken.status) == (found, None, "CONFIRMED")
    assert not Duty.objects.filter(subject_ref=match.ref, closed_at__isnull=True).exists()
    assert Notice.objects.filter(template="final_quote_accepted", user=at.hospital.user).exists()
    with pytest.raises(Refused) as error:
        actions.accept_final_quote(match_id=match.pk, by=at.firm.user)
    assert error.value.code == "nothing_offered"


def test_a_declined_final_quote_is_owed_again_and_one_on_the_letters_terms_counts_at_once() -> None:
    at, match = asked()
    quotes.quoted(at, match.quote.request, lead_time_days=90)
    for stranger in (at.hospital.user, at.firm.colleague, quotes.firm().user):
        with pytest.raises(NotAllowed):
            actions.decline_final_quote(match_id=match.pk, reason="늦습니다.", by=stranger)
    with pytest.raises(Refused) as error:
        actions.decline_final_quote(match_id=match.pk, reason=" ", by=at.firm.user)
    assert error.value.field == "reason"
    actions.decline_final_quote(match_id=match.pk, reason="너무 늦습니다.", by=at.firm.user)
    match.refresh_from_db()
    assert (match.final_quote, match.offered_quote, match.status) == (None, None, "CONFIRMED")
    owed = Duty.objects.get(subject_ref=match.ref, closed_at__isnull=True)
    assert (owed.verb, owed.organisation) == ("final_quote", at.hospital.organisation)
    mail = Notice.objects.get(template="final_quote_declined", user=at.hospital.user, language="ko")
    assert "너무 늦습니다." in mail.body and "80,000,000원" in mail.body
    final = quotes.quoted(at, match.quote.request)
    match.refresh_from_db()
    assert match.final_quote == final and not Duty.objects.filter(subject_ref=match.ref, closed_at__isnull=True).exists()


def test_a_newer_final_quote_is_never_taken_unread_and_an_old_one_not_after_its_day() -> None:
    at, match = asked()
    first = quotes.quoted(at, match.quote.request, lead_time_days=90)
    second = quotes.quoted(at, match.quote.request, lead_time_days=80)
    for decide in (actions.accept_final_quote, partial(actions.decline_final_quote, reason="아닙니다.")):
        with pytest.raises(Refused) as error:
            decide(match_id=match.pk, quote_id=first.pk, by=at.firm.user)
        assert error.value.code == "newer_quote"
    assert Duty.objects.filter(subject_ref=match.ref, closed_at__isnull=True).count() == 1
    with clock.at(clock.now() + timedelta(days=quotes.VALID_DAYS + 1)), pytest.raises(Refused) as error:
        actions.accept_final_quote(match_id=match.pk, quote_id=second.pk, by=at.firm.user)
    assert error.value.code == "quote_expired"
    third = quotes.quoted(at, match.quote.request)
    match.refresh_from_db()
    assert (match.final_quote, match.offered_quote) == (third, None)


def test_nothing_is_decided_about_a_final_quote_of_a_match_that_ended() -> None:
    at, match = asked()
    quotes.quoted(at, match.quote.request, lead_time_days=90)
    actions.cancel_match(match_id=match.pk, reason="사정이 바뀌었습니다.", by=at.hospital.user)
    assert not Duty.objects.filter(subject_ref=match.ref, closed_at__isnull=True).exists()
    with pytest.raises(IllegalStep):
        actions.accept_final_quote(match_id=match.pk, by=at.firm.user)


# ── From the letter to the agreement ─────────────────────────────────────────────────────────────────
def awarded(monkeypatch: pytest.MonkeyPatch) -> tuple[ev.Panel, Award, Match]:
    monkeypatch.setattr(make, "match", partial(make.match, band_min_won=LEAST))
    at, awards = ev.awarded(quoting={"letters": True})
    award = evaluation.accept_award(award_id=awards[0].pk, by=at.firms[0].representative)
    return at, award, match_of(award)


def match_of(award: Award) -> Match:
    rows = ApplicationMatch.objects.select_related("match__quote__request", "match__institution__organisation")
    found: Match = rows.get(application=award.application).match
    return found


def final(match: Match, amount_won: int) -> Quote:
    """Prepared by the hospital's manager, agreed to by its approver and its investigator."""
    organisation = match.institution.organisation
    manager = User.objects.filter(role_grants__organisation=organisation, role_grants__role=Role.PROVIDER_MANAGER).first()
    draft, secret = actions.prepare_quote(
        request_id=match.quote.request_id, valid_until=clock.today() + timedelta(days=90), by=manager, **quotes.INVESTIGATOR,
        lines=[{"kind": "EXTRACTION", "description": "추출", "unit": "식", "quantity": 1, "unit_price_won": amount_won, "tax_kind": "TAXABLE"}],
    )  # fmt: skip
    actions.approve_quote(draft_id=draft.pk, by=quotes.approver(organisation))
    actions.agree_by_link(secret=secret)
    found = Quote.objects.get(draft=draft)
    company = User.objects.get(role_grants__organisation=match.need.company.organisation, role_grants__role=Role.REPRESENTATIVE)
    actions.accept_final_quote(match_id=match.pk, quote_id=found.pk, by=company)  # it names other work than the letter
    return found


def test_from_the_letter_to_the_agreement(monkeypatch: pytest.MonkeyPatch) -> None:
    at, award, match = awarded(monkeypatch)
    assert (award.application.supply_amount_won, award.grant_won) == (MOST, 320_000_000)  # reckoned with the upper bound
    assert evaluation.ask_final_quotes() == 1 and evaluation.ask_final_quotes() == 0
    duty = Duty.objects.get(subject_ref=match.ref, verb="final_quote")
    assert duty.organisation == match.institution.organisation and duty.closed_at is None
    assert Notice.objects.filter(template="final_quote_asked").exists()
    drafter = ev.operator()
    with pytest.raises(Refused) as error:
        agreements.draft(award_id=award.pk, by=drafter, **ev.period())
    assert error.value.code == "letter_of_intent" and str(match.institution) in str(error.value.message)
    assert not Agreement.objects.exists()
    found = final(match, 350_000_000)
    agreement = agreements.draft(award_id=award.pk, by=drafter, **ev.period())
    line = agreement.lines.get()
    assert (line.amount_won, line.match_id) == (350_000_000, match.pk)
    assert agreement.supply_amount_won == found.supply_amount_won == 350_000_000
    assert agreement.grant_won <= award.grant_won
    assert agreement.grant_won + agreement.own_cash_won == 350_000_000
    duty.refresh_from_db()
    assert duty.closed_at is not None and at.round.pk == agreement.round_id


def test_nothing_is_agreed_above_what_the_company_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a final quote above its letter ever stand there, past rule and trigger."""
    _at, award, match = awarded(monkeypatch)
    evaluation.ask_final_quotes()
    monkeypatch.setattr(letters, "check_final", lambda *_args, **_more: None)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE vouchers_match DISABLE TRIGGER match_final_within_band")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    final(match, MOST + 1)
    with pytest.raises(Refused) as error:
        agreements.draft(award_id=award.pk, by=ev.operator(), **ev.period())
    assert error.value.code == "over_maximum" and str(match.institution) in str(error.value.message)
    assert not Agreement.objects.exists()


@pytest.mark.parametrize("amount", [LEAST, MOST])
def test_the_ends_of_the_band_can_be_agreed(monkeypatch: pytest.MonkeyPatch, amount: int) -> None:
    _at, award, match = awarded(monkeypatch)
    evaluation.ask_final_quotes()
    final(match, amount)
    agreement = agreements.draft(award_id=award.pk, by=ev.operator(), **ev.period())
    assert agreement.supply_amount_won == amount and agreement.grant_won <= award.grant_won


# ── What the database refuses ────────────────────────────────────────────────────────────────────────
DRAFT = (
    "INSERT INTO vouchers_quotedraft (ref, created_at, updated_at, version, request_id, number, status, content, supply_amount_won, "
    "vat_won, band_min_won, prepared_by_id, investigator_needed, investigator_name, investigator_email, investigator_agreed_by, "
    "token_hash, reason) SELECT 'qdr-x', now(), now(), 1, request_id, 9, 'LAPSED', content, supply_amount_won, vat_won, %s, "
    "prepared_by_id, true, 'x', '', '', '', '' FROM vouchers_quotedraft WHERE id = %s"
)


def test_the_database_refuses_letters_where_the_round_takes_none_and_bands_upside_down() -> None:
    draft, _secret = quotes.prepared(staged(letters=False))
    broken("quote_letter_allowed", DRAFT, 1, draft.pk)
    other, _secret = quotes.prepared(staged(), band_min_won=80_000_000)
    for least in (0, 100_000_001):
        broken("quote_draft_band", DRAFT, least, other.pk)
    broken("quote_draft_keeps", "UPDATE vouchers_quotedraft SET band_min_won = 1 WHERE id = %s", other.pk)


QUOTE = (
    "INSERT INTO vouchers_quote (number, valid_until, award_on, access_mode, assumptions, supply_amount_won, vat_won, band_min_won, "
    "request_id, quoted_by_id, ref, created_at, updated_at, version, draft_id) SELECT 9, valid_until, award_on, '', '', "
    "supply_amount_won, vat_won, %s, request_id, quoted_by_id, 'quo-x', created_at, now(), 1, %s FROM vouchers_quote WHERE id = %s"
)


def test_the_database_refuses_another_band_than_was_agreed_to() -> None:
    letter = quotes.quoted(staged(), band_min_won=80_000_000)
    copy = quotes.agreed_copy(letter)
    broken("quote_agreed_to", QUOTE, 79_999_999, copy.pk, letter.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE vouchers_quote DISABLE TRIGGER quote_band_agreed_to")
    broken("quote_band", QUOTE, 100_000_001, copy.pk, letter.pk)


@pytest.fixture
def unbound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer quote keeps nothing of the one before: so that a request has two that differ, for guards behind that one."""
    monkeypatch.setattr(terms, "check_keeps", lambda *given: None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vouchers_quote DISABLE TRIGGER quote_keeps_commitment")


SETTLE = "UPDATE vouchers_match SET final_quote_id = %s WHERE id = %s"


@pytest.mark.usefixtures("unbound")
def test_the_database_refuses_a_final_quote_outside_the_band_of_another_request_or_not_asked_for() -> None:
    at, match = asked(before=quotes.lines(quantity=1000))
    broken("match_final_within_band", SETTLE, match.quote_id, match.pk)  # the letter itself
    stranger = quotes.quoted(staged())
    broken("match_final_within_band", SETTLE, stranger.pk, match.pk)
    broken("match_final_stays", "UPDATE vouchers_match SET final_asked_at = NULL WHERE id = %s", match.pk)
    low = Quote.objects.get(request=match.quote.request, number=1)
    broken("match_final_within_band", SETTLE, low.pk, match.pk)
    found = quotes.quoted(at, match.quote.request, lines=quotes.lines(unit_price_won=26_250))
    broken("match_final_stays", "UPDATE vouchers_match SET final_quote_id = NULL WHERE id = %s", match.pk)
    assert Match.objects.get(pk=match.pk).final_quote == found


OFFER = "UPDATE vouchers_match SET offered_quote_id = %s WHERE id = %s"


@pytest.mark.usefixtures("unbound")
def test_the_database_refuses_more_vat_than_the_letter_and_other_terms_that_the_company_did_not_decide_on() -> None:
    at, match = asked(before=quotes.lines(), lines=EXEMPT)
    taxed = Quote.objects.get(request=match.quote.request, number=1)
    for sql in (SETTLE, OFFER):
        broken("match_final_vat", sql, taxed.pk, match.pk)
    broken("match_final_within_band", OFFER, match.quote_id, match.pk)
    found = quotes.quoted(at, match.quote.request, lines=EXEMPT, lead_time_days=90)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE vouchers_match SET offered_quote_id = NULL WHERE id = %s", [match.pk])
    broken("match_final_decided", SETTLE, found.pk, match.pk)
    less = quotes.quoted(at, match.quote.request, lines=[*EXEMPT[:1], {**EXEMPT[1], "description": "다른 심의"}])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE vouchers_match SET offered_quote_id = NULL WHERE id = %s", [match.pk])
    broken("match_final_decided", SETTLE, less.pk, match.pk)


@pytest.mark.usefixtures("unbound")
def test_the_database_refuses_a_final_quote_offered_that_nobody_asked_for_or_beside_a_final_one() -> None:
    at = staged()
    plain = quotes.quoted(at)
    letter = quotes.quoted(at, plain.request, band_min_won=80_000_000)
    match = actions.accept_quote(quote_id=letter.pk, by=at.firm.user)
    broken("match_offered_was_asked", OFFER, plain.pk, match.pk)
    actions.confirm_match(match_id=match.pk, by=at.hospital.user)
    actions.ask_final_quotes(match_ids=[match.pk])
    quotes.quoted(at, plain.request)
    broken("match_offered_was_asked", OFFER, plain.pk, match.pk)


@pytest.mark.usefixtures("unbound")
def test_the_database_refuses_a_final_quote_that_nobody_asked_for() -> None:
    at = staged()
    plain = quotes.quoted(at)
    letter = quotes.quoted(at, plain.request, band_min_won=80_000_000)
    match = actions.accept_quote(quote_id=letter.pk, by=at.firm.user)
    broken("match_final_was_asked", SETTLE, plain.pk, match.pk)


def test_the_database_agrees_to_nothing_on_a_letter_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ev.drafted()
    _at, _award, match = awarded(monkeypatch)
    line = AgreementLine.objects.get(agreement=made.agreement)
    line.pk, line.position, line.match, line.amount_won, line._state.adding = None, 2, match, 1, True
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        line.save()
    assert error.value.__cause__.diag.constraint_name == "agreement_needs_final_quote"  # type: ignore[union-attr]
