"""A letter of intent and its final quote in the browser: who sees what, and where the field stands."""

from functools import partial
from typing import Any

import pytest

from portal.accounts.rules import Role
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.factories import providers, quotes, rounds
from vouchers.evaluation import actions as evaluation
from vouchers.matching import actions
from vouchers.matching.models import Match, Quote, QuoteDraft

pytestmark = pytest.mark.django_db


def staged(*, letters: bool = True) -> quotes.Stage:
    providers.code_lists()
    made = rounds.make_round(policy={"quoting": {"letters": letters}})
    hospital = providers.provider()
    owner = quotes.firm()
    return quotes.Stage(made, owner, quotes.need(owner, made), hospital, providers.offer(hospital, published=True))


def text(answer: Any) -> str:
    return answer.content.decode()


def asked(at: quotes.Stage) -> Match:
    letter = quotes.quoted(at, band_min_won=80_000_000)
    match = actions.accept_quote(quote_id=letter.pk, by=at.firm.user)
    actions.confirm_match(match_id=match.pk, by=at.hospital.user)
    actions.ask_final_quotes(match_ids=[match.pk])
    return Match.objects.get(pk=match.pk)


def typed(**changes: str) -> dict[str, str]:
    return {
        "line-TOTAL_FORMS": "1", "line-INITIAL_FORMS": "0", "line-0-kind": "EXTRACTION", "line-0-description": "추출",
        "line-0-quantity": "1", "line-0-unit": "식", "line-0-unit_price_won": "90,000,000", "line-0-tax_kind": "TAXABLE",
        "valid_until": "2099-12-31", **quotes.INVESTIGATOR, "send": "1", **changes,
    }  # fmt: skip


def parties(at: quotes.Stage) -> dict[str, str]:
    own = str(at.hospital.institution.pk)
    return {f"line-0-{name}": own for name in ("data_holder", "contracting_party", "reviewing_board", "payee")}


def test_the_form_asks_for_a_band_only_where_the_round_takes_letters() -> None:
    for letters in (True, False):
        at = staged(letters=letters)
        request = quotes.asked(at)
        shown = text(as_(at.hospital.user).get(f"/matching/requests/{request.ref}/quote/"))
        assert ('name="band_min_won"' in shown) is letters


def test_write_a_letter_through_the_page_and_mend_a_band_upside_down() -> None:
    at = staged()
    request = quotes.asked(at)
    quotes.approver(at.hospital.organisation)
    office, page = as_(at.hospital.user), f"/matching/requests/{request.ref}/quote/"
    wrong = office.post(page, typed(**parties(at), band_min_won="90,000,001"))
    assert wrong.status_code == 422 and "90,000,001" in text(wrong) and "하한 금액은 0원보다 크고" in text(wrong)
    assert office.post(page, typed(**parties(at), band_min_won="70,000,000")).status_code == 303
    assert QuoteDraft.objects.get().band_min_won == 70_000_000
    shown = text(office.get(f"/matching/requests/{request.ref}/"))
    assert "70,000,000원 ~ 90,000,000원" in shown
    assert 'value="70,000,000"' in text(office.get(page)) or 'value="70000000"' in text(office.get(page))


def test_the_company_reads_what_a_letter_is_and_compares_its_band() -> None:
    at = staged()
    draft, secret = quotes.prepared(at, band_min_won=80_000_000)
    page, compare = f"/matching/quotes/{draft.request.ref}/", f"/matching/needs/{at.need.ref}/compare/"
    assert "80,000,000" not in text(as_(at.firm.user).get(page))
    actions.approve_quote(draft_id=draft.pk, by=quotes.approver(at.hospital.organisation))
    actions.agree_by_link(secret=secret)
    for who in (at.firm.user, at.firm.colleague):
        shown = text(as_(who).get(page))
        assert "공급의향서입니다" in shown and "80,000,000원 ~ 100,000,000원" in shown and "상한 금액으로 계산" in shown
        assert "80,000,000원 ~ 100,000,000원" in text(as_(who).get(compare))
    for stranger in (quotes.firm().user, providers.provider().user):
        assert as_(stranger).get(page).status_code == 404 and as_(stranger).get(compare).status_code == 404
    assert as_(at.hospital.user).get(compare).status_code == 404


def test_the_final_quote_through_the_page() -> None:
    at = staged()
    match = asked(at)
    request, office = match.quote.request, as_(at.hospital.user)
    place, form = f"/matching/requests/{request.ref}/", f"/matching/requests/{request.ref}/quote/"
    shown = text(office.get(place))
    assert "확정 견적 쓰기" in shown and "80,000,000원" in shown
    written = text(office.get(form))
    assert 'name="band_min_won"' not in written and "확정 견적을 보내 주십시오" in written
    outside = office.post(form, typed(**parties(at), **{"line-0-unit_price_won": "79,999,999"}))
    assert outside.status_code == 422 and "79,999,999" in text(outside) and "범위인 80,000,000원" in text(outside)
    for stranger in (at.firm.user, providers.provider().user, providers.person(Role.AUDITOR)):
        assert as_(stranger).post(form, typed(**parties(at))).status_code in (403, 404)
    assert "부가가치세는 최대 7,000,000원입니다" in written and "영상 2,000건 기준입니다." in written  # as in the letter
    taxed = office.post(form, typed(**parties(at)))
    assert taxed.status_code == 422 and "최대 7,000,000원인데" in text(taxed) and "9,000,000원입니다" in text(taxed)
    assert office.post(form, typed(**parties(at), **{"line-0-tax_kind": "EXEMPT"})).status_code == 303
    draft = QuoteDraft.objects.get(status="PREPARED")
    company = as_(at.firm.user)
    confirmation = f"/matching/matches/{match.ref}/"
    assert "90,000,000" not in text(company.get(f"/matching/quotes/{request.ref}/"))  # not before the hospital agreed
    waiting = text(company.get(confirmation))
    assert "이제 기관이 금액 범위 안에서" in waiting and "내 차례" not in waiting
    assert "내 차례" in text(office.get(confirmation))
    approver = as_(quotes.approver(at.hospital.organisation))
    assert approver.post(f"/matching/drafts/{draft.ref}/do/approve/").status_code == 303
    linked = quotes_link(at, draft)
    actions.agree_by_link(secret=linked)
    final = Quote.objects.get(draft=draft)
    assert Match.objects.get(pk=match.pk).offered_quote == final
    decide(at, match, final)
    assert "확정 견적이 왔습니다: 90,000,000원" in text(company.get(confirmation))
    assert "확정 견적 쓰기" not in text(office.get(place))
    assert office.get(form).status_code == 303
    assert as_(quotes.firm().user).get(confirmation).status_code == 404


def decide(at: quotes.Stage, match: Match, final: Quote) -> None:
    """The representative alone decides; the colleague and the hospital read that it is not their turn."""
    company, office, colleague = as_(at.firm.user), as_(at.hospital.user), as_(at.firm.colleague)
    place, accept = f"/matching/matches/{match.ref}/", f"/matching/matches/{match.ref}/do/accept_final/"
    shown = text(company.get(place))
    assert "확정 견적의 조건이 공급의향서와 다릅니다" in shown and "90,000,000" in shown and "내 차례" in shown
    assert "가격 말고 달라진 조건: 이용 방식 · 처리기간(근무일) · 전제 조건 · 작업 내용, 수량, 수행 기관." in shown
    for other in (office, colleague):
        shown = text(other.get(place))
        assert "수락할지는 기업이 결정합니다" in shown and "do/accept_final" not in shown and "내 차례" not in shown
        assert other.post(accept, {"quote": final.ref}).status_code == 403
    assert "확정 견적이 기업의 결정을 기다립니다" in text(office.get(f"/matching/requests/{match.quote.request.ref}/"))
    assert "매칭확인서 화면에서 수락하거나" in text(company.get(f"/matching/quotes/{match.quote.request.ref}/"))
    assert as_(quotes.firm().user).post(accept, {"quote": final.ref}).status_code == 404
    stale = company.post(accept, {"quote": "quo-older"})
    assert stale.status_code == 409 and "새 견적" in text(stale)
    assert company.post(f"/matching/matches/{match.ref}/do/decline_final/", {"quote": final.ref}).status_code == 422
    assert company.post(accept, {"quote": final.ref}).status_code == 303
    assert Match.objects.get(pk=match.pk).final_quote == final


def test_the_operator_reads_why_an_agreement_cannot_be_drafted_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make, "match", partial(make.match, band_min_won=300_000_000))
    at, awards = ev.awarded(quoting={"letters": True})
    evaluation.accept_award(award_id=awards[0].pk, by=at.firms[0].representative)
    operator, page = as_(ev.operator()), f"/agreements/draft/{awards[0].ref}/"
    shown = text(operator.get(page))
    assert "확정 견적이 없습니다" in shown and 'name="starts_on"' not in shown
    days = {name: day.isoformat() for name, day in ev.period().items()}
    refused = operator.post(page, days)
    assert refused.status_code == 422 and "공급의향서만 있고" in text(refused)


def quotes_link(at: quotes.Stage, draft: QuoteDraft) -> str:
    """The secret of a new link to the investigator."""
    return actions.resend_link(draft_id=draft.pk, by=at.hospital.user)[1]
