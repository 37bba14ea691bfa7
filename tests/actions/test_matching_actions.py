"""Needs, quotes and matches through their actions, on the real database."""

from datetime import timedelta
from typing import Any

import pytest

from portal.accounts.rules import Role
from portal.journal.models import Duty, Event, Notice
from portal.kit import clock, workdays
from portal.kit.errors import IllegalStep, NotAllowed, Refused, Stale
from tests.factories import providers, quotes, rounds
from vouchers.matching import actions, queries
from vouchers.matching.models import MatchRun, Need, QuoteRequest
from vouchers.rounds.rules import WEIGHTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> quotes.Stage:
    return quotes.stage()


def owed(subject: Any) -> set[str]:
    return set(Duty.objects.filter(subject_ref=subject.ref, closed_at__isnull=True).values_list("verb", flat=True))


def told(subject: Any) -> set[str]:
    return set(Notice.objects.filter(subject_ref=subject.ref).values_list("template", flat=True))


# ── Needs ────────────────────────────────────────────────────────────────────────────────────────────
def save(owner: quotes.Firm, need: Need | None = None, by: Any = None, **more: Any) -> Need:
    given = {"round_id": None, "title": "심전도", "document": quotes.document(), **more}
    return actions.save_need(need_id=need.pk if need else None, company_id=owner.company.pk, by=by or owner.user, **given)


def test_save_need_keeps_an_unfinished_draft_and_writes_events() -> None:
    providers.code_lists()
    owner = quotes.firm()
    need = save(owner, document={"product": "앱", "modality": []}, title="")
    assert need.status == "DRAFT" and need.document == {"product": "앱"}
    again = save(owner, need, by=owner.colleague, version=need.version, document={"product": "앱", "gpu": False})
    assert again.document == {"product": "앱", "gpu": False}
    names = list(Event.objects.filter(subject_ref=need.ref).order_by("seq").values_list("name", flat=True))
    assert names == ["need.drafted", "need.saved"]


def test_save_need_refuses_wrong_shapes_stale_versions_and_other_companies() -> None:
    providers.code_lists()
    owner, other = quotes.firm(), quotes.firm()
    need = save(owner)
    with pytest.raises(Stale):
        save(owner, need, version=need.version - 1, title="다른 이름")
    with pytest.raises(NotAllowed):
        save(owner, need, by=other.user)
    with pytest.raises(Refused):
        save(other, need)
    for wrong, field in (
        ({"modality": ["XYZ"]}, "modality"),
        ({"min_age": 60, "max_age": 40}, "min_age"),
        ({"disease_codes": {"include": ["?"]}}, "disease_codes"),
        ({"strange": 1}, "strange"),
    ):
        with pytest.raises(Refused) as error:
            save(owner, need, document=wrong)
        assert error.value.field == field
    with pytest.raises(Refused) as error:
        save(owner, need, title="가" * 151)
    assert error.value.field == "title"


def test_post_need_ranks_and_tells(at: quotes.Stage) -> None:
    need = Need.objects.get(pk=at.need.pk)
    assert need.status == "POSTED" and need.posted_at is not None
    first = queries.latest_run(need).result["results"][0]
    assert (first["offer"], first["rank"]) == (at.offer.ref, 1) and first["score"] > 5000
    assert "need_posted" in told(need)
    with pytest.raises(IllegalStep):
        actions.post_need(need_id=need.pk, by=at.firm.user)


def test_a_round_weighs_what_counts_and_the_ranking_keeps_with_which_weights(at: quotes.Stage) -> None:
    usual = queries.latest_run(at.need).result
    assert usual["weights"] == WEIGHTS
    ranking = {"weights": {**WEIGHTS, "modality": 0, "region": 2300}, "prefer_outside_capital": False}
    other = rounds.make_round(policy={"ranking": ranking})
    found = queries.latest_run(quotes.need(at.firm, other)).result
    first, before = found["results"][0], usual["results"][0]
    assert found["weights"]["region"] == 2300 and first["components"]["modality"] == 0 < before["components"]["modality"]
    assert first["score"] == sum(first["components"].values()) != before["score"]


def test_post_need_wants_a_title_and_a_modality() -> None:
    providers.code_lists()
    owner = quotes.firm()
    for more, field in (({"title": " "}, "title"), ({"document": {"product": "앱"}}, "modality")):
        need = save(owner, **more)
        with pytest.raises(Refused) as error:
            actions.post_need(need_id=need.pk, by=owner.user)
        assert error.value.field == field


def test_post_need_without_a_fit_asks_the_operator_for_help(at: quotes.Stage) -> None:
    operator = providers.person(Role.OPERATOR_CASE)
    need = quotes.need(at.firm, at.round, modality=["EEG"], disease_codes=None)
    need.refresh_from_db()
    assert need.status == "NO_MATCH"
    assert Notice.objects.filter(user=operator, template="need_without_match").count() == 1
    assert queries.answer(need).unmet  # type: ignore[union-attr]
    save(at.firm, need, round_id=at.round.pk, document=quotes.document())
    actions.run_match(need_id=need.pk, by=at.firm.user)
    need.refresh_from_db()
    assert need.status == "POSTED" and MatchRun.objects.filter(need=need).count() == 2


def test_demo_offers_only_for_needs_of_demo_rounds(at: quotes.Stage) -> None:
    need = quotes.need(at.firm, None)
    assert queries.latest_run(need).result["results"] == []
    with pytest.raises(Refused) as error:
        actions.request_quote(need_id=need.pk, institution_id=at.hospital.institution.pk, offer_id=at.offer.pk, by=at.firm.user)
    assert error.value.code == "demo_offer"


def test_close_need_only_without_open_quotes(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    with pytest.raises(Refused):
        actions.close_need(need_id=at.need.pk, by=at.firm.user)
    actions.withdraw_request(request_id=request.pk, by=at.firm.user)
    assert actions.close_need(need_id=at.need.pk, by=at.firm.colleague).status == "CLOSED"


# ── Asking and answering ─────────────────────────────────────────────────────────────────────────────
def test_request_quote_opens_the_providers_duty(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    duty = Duty.objects.get(subject_ref=request.ref)
    assert (duty.verb, duty.organisation, duty.due_at) == ("quote", at.hospital.organisation, request.due_at)
    assert told(request) == {"quote_requested"}
    with pytest.raises(Refused) as error:
        quotes.asked(at)
    assert error.value.code == "asked_already"
    with pytest.raises(Refused) as error:  # what a provider was asked about stays as it is
        save(at.firm, at.need)
    assert error.value.code == "need_fixed"


def test_request_quote_refuses_strangers_drafts_and_foreign_offers(at: quotes.Stage) -> None:
    stranger, elsewhere = quotes.firm(), providers.provider()
    with pytest.raises(NotAllowed):
        actions.request_quote(
            need_id=at.need.pk, institution_id=at.hospital.institution.pk, offer_id=at.offer.pk, by=stranger.user
        )
    draft = quotes.need(at.firm, at.round, posted=False)
    for need_id, institution_id in ((draft.pk, at.hospital.institution.pk), (at.need.pk, elsewhere.institution.pk)):
        with pytest.raises(Refused):
            actions.request_quote(need_id=need_id, institution_id=institution_id, offer_id=at.offer.pk, by=at.firm.user)
    for institution_id in (0, elsewhere.institution.pk):
        with pytest.raises(Refused):
            actions.request_quote(need_id=at.need.pk, institution_id=institution_id, by=at.firm.user)


def test_clarification_stops_and_starts_the_providers_clock(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    due = request.due_at
    request = actions.ask_clarification(request_id=request.pk, question="몇 건이 필요합니까?", by=at.hospital.user)
    assert request.status == "CLARIFYING" and owed(request) == {"quote", "clarify"}
    with pytest.raises(NotAllowed):
        actions.clarify(request_id=request.pk, answer="2,000건", by=at.hospital.user)
    with clock.at(clock.now() + timedelta(days=7)):
        request = actions.clarify(request_id=request.pk, answer="2,000건입니다.", by=at.firm.colleague)
    assert request.status == "VIEWED" and request.due_at == due == request.latest_at  # later it would be of no use in this call
    assert told(request) >= {"quote_question", "quote_answered"}
    for empty in ("", "   ", "가" * 2001):
        with pytest.raises(Refused) as error:
            actions.ask_clarification(request_id=request.pk, question=empty, by=at.hospital.user)
        assert error.value.field == "question"


def test_quote_sums_versions_and_duties(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    first = quotes.quoted(at, request)
    assert (first.number, first.supply_amount_won, first.vat_won) == (1, 100_000_000, 7_000_000)
    line = first.lines.first()
    own = at.hospital.institution
    assert {line.data_holder, line.contracting_party, line.reviewing_board, line.payee} == {own}  # type: ignore[union-attr]
    assert owed(request) == {"accept_quote"}
    board = providers.provider()
    second = quotes.quoted(at, request, lines=quotes.lines(reviewing_board=board.institution.pk, unit_price_won=30_000))
    assert second.number == 2 and second.supply_amount_won == 90_000_000
    assert second.lines.first().reviewing_board == board.institution  # type: ignore[union-attr]
    with pytest.raises(Refused) as error:
        actions.accept_quote(quote_id=first.pk, by=at.firm.user)
    assert error.value.code == "newer_quote"


def test_the_company_owes_its_answer_in_the_providers_time_not_at_the_end_of_validity(at: quotes.Stage) -> None:
    now = clock.now()
    long, short = clock.today() + timedelta(days=300), clock.today() + timedelta(days=quotes.VALID_DAYS)
    assert at.round.closes_at is not None and at.round.closes_at > now
    usual = min(workdays.due_at(now, 15), at.round.closes_at)
    for valid_until, due in ((long, usual), (short, usual)):
        request = quotes.asked(at)
        quote = quotes.quoted(at, request, valid_until=valid_until)
        duty = Duty.objects.get(subject_ref=request.ref, verb="accept_quote", closed_at=None)
        assert duty.due_at == due
        actions.decline_quote(quote_id=quote.pk, reason="비교를 위해", by=at.firm.user)


def test_quote_refuses_bad_input_and_strangers(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    yesterday = clock.today() - timedelta(days=1)
    for more in (
        {"lines": []}, {"valid_until": yesterday}, {"earliest_delivery_on": yesterday}, {"access_mode": "POST"},
        {"lines": quotes.lines(payee=10**9)},
    ):  # fmt: skip
        with pytest.raises(Refused):
            quotes.quoted(at, request, **more)
    for by in (at.firm.user, providers.provider().user):
        with pytest.raises(NotAllowed):
            quotes.quoted(at, request, by=by)
    assert request.quotes.count() == 0


def test_decline_request_and_decline_quote_need_reasons(at: quotes.Stage) -> None:
    request = quotes.asked(at)
    with pytest.raises(Refused):
        actions.decline_request(request_id=request.pk, reason=" ", by=at.hospital.user)
    actions.decline_request(request_id=request.pk, reason="일손이 모자랍니다.", by=at.hospital.user)
    assert owed(request) == set() and "quote_request_declined" in told(request)
    found = quotes.quoted(at)  # may be asked again
    with pytest.raises(NotAllowed):
        actions.decline_quote(quote_id=found.pk, reason="비쌉니다.", by=at.hospital.user)
    request = actions.decline_quote(quote_id=found.pk, reason="비쌉니다.", by=at.firm.user)
    assert request.status == "DECLINED_BY_COMPANY" and "quote_declined" in told(request)


def test_expire_quotes(at: quotes.Stage) -> None:
    found = quotes.quoted(at)
    other = quotes.need(at.firm, at.round, title="다른 수요")
    silent = actions.request_quote(
        need_id=other.pk, institution_id=at.hospital.institution.pk, offer_id=at.offer.pk, by=at.firm.user
    )
    assert actions.expire_quotes(clock.now()) == 0
    closes_at = at.round.closes_at
    assert closes_at is not None and closes_at < clock.now() + timedelta(days=quotes.VALID_DAYS)
    with clock.at(closes_at - timedelta(seconds=1)):
        assert actions.expire_quotes(clock.now()) == 0
    with clock.at(closes_at):  # nothing can be applied with any more
        with pytest.raises(Refused):
            actions.accept_quote(quote_id=found.pk, by=at.firm.user)
        assert actions.expire_quotes(clock.now()) == 2
        assert actions.expire_quotes(clock.now()) == 0
    assert set(QuoteRequest.objects.values_list("status", flat=True)) == {"EXPIRED"}
    assert owed(silent) == set() and "quote_expired" in told(silent)


# ── Matches ──────────────────────────────────────────────────────────────────────────────────────────
def test_accept_and_confirm_match_takes_capacity_once() -> None:
    at = quotes.stage(capacity=1)
    match = quotes.accepted(at)
    assert (match.status, match.company_confirmed_by) == ("PROPOSED", at.firm.user) and owed(match) == {"confirm_match"}
    for by, error in ((at.firm.user, IllegalStep), (at.firm.colleague, NotAllowed), (quotes.firm().user, NotAllowed)):
        with pytest.raises(error):
            actions.confirm_match(match_id=match.pk, by=by)
    match = actions.confirm_match(match_id=match.pk, by=at.hospital.user)
    at.need.refresh_from_db()
    at.offer.refresh_from_db()
    assert (match.status, at.need.status, at.offer.open_capacity) == ("CONFIRMED", "MATCHED", 0)
    assert "match_confirmed" in told(match) and owed(match) == set()
    assert list(queries.confirmed_matches(at.need)) == [match]
    with pytest.raises(IllegalStep):
        actions.confirm_match(match_id=match.pk, by=at.hospital.user)


def test_cancel_match_gives_back_capacity_and_reopens_the_need() -> None:
    at = quotes.stage(capacity=1)
    match = quotes.confirmed(at)
    with pytest.raises(Refused):
        actions.cancel_match(match_id=match.pk, reason="", by=at.firm.user)
    match = actions.cancel_match(match_id=match.pk, reason="계획이 바뀌었습니다.", by=at.firm.user)
    at.need.refresh_from_db()
    at.offer.refresh_from_db()
    assert (match.status, at.need.status, at.offer.open_capacity) == ("CANCELLED", "POSTED", 1)


def test_a_colleague_may_accept_but_not_a_stranger(at: quotes.Stage) -> None:
    found = quotes.quoted(at)
    for by in (quotes.firm().user, at.hospital.user):
        with pytest.raises(NotAllowed):
            actions.accept_quote(quote_id=found.pk, by=by)
    assert actions.accept_quote(quote_id=found.pk, by=at.firm.colleague).company_confirmed_by == at.firm.colleague
