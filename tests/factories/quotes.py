"""A company with a posted need, a hospital that quotes: made through the actions."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.accounts import actions as accounts
from portal.accounts.models import User
from portal.accounts.queries import holders_of
from portal.accounts.rules import OrganisationKind, Role
from portal.kit import clock
from tests.factories import providers, rounds
from tests.factories.played import played
from vouchers.companies.models import Company
from vouchers.matching import actions
from vouchers.matching.models import Match, Need, Quote, QuoteDraft, QuoteRequest
from vouchers.rounds.models import Round

VALID_DAYS = 90  # beyond the award of the factories' round
_count = 0


@dataclass
class Firm:
    """A company with its representative and a colleague."""

    company: Company
    user: User
    colleague: User


def firm(**facts: Any) -> Firm:
    global _count
    _count += 1
    name = f"가상기업 {_count}"
    organisation = accounts.create_organisation(
        kind=OrganisationKind.COMPANY, name_ko=name, name_en=f"Fictional Company {_count}", is_demo=True, by=None
    )
    values = {
        "opened_on": date(2020, 1, 2), "region": "GANGWON", "size": "SMALL", "service_email": "office@demo.example", **facts,
    }  # fmt: skip
    company = Company(
        organisation=organisation, name_ko=name, name_en=f"Fictional Company {_count}", brn=f"{_count:010d}", **values
    )
    company.save()
    representative = providers.person(Role.REPRESENTATIVE, organisation)
    return Firm(company, representative, providers.person(Role.STAFF_MEMBER, organisation))


def document(**changes: Any) -> dict[str, Any]:
    """A chest-CT need that the factories' dataset fits."""
    return {
        "company_size": "SMALL",
        "region": "GANGWON",
        "product": "흉부 CT에서 폐결절을 찾는 소프트웨어",
        "purpose": "PRODUCT_DEVELOPMENT",
        "disease_codes": {"system": "KCD", "version": "9", "include": ["C34"], "exclude": []},
        "modality": ["CT"],
        "patients_wanted": 2000,
        "patients_minimum": 500,
        "access_modes_acceptable": ["CLOSED_ROOM", "REMOTE_VDI"],
        "real_patients_required": True,
        "project_months": 7,
        "budget_won": 200_000_000,
        **changes,
    }


def need(owner: Firm, round_: Round | None = None, *, posted: bool = True, title: str = "폐결절 흉부 CT", **changes: Any) -> Need:
    made = actions.save_need(
        need_id=None,
        company_id=owner.company.pk,
        round_id=round_.pk if round_ else None,
        title=title,
        document=document(**changes),
        by=owner.user,
    )
    return actions.post_need(need_id=made.pk, by=owner.user) if posted else made


def lines(**changes: Any) -> list[dict[str, Any]]:
    """100,000,000 won: 70,000,000 taxable, 30,000,000 exempt."""
    return [
        {
            "kind": "EXTRACTION", "description": "영상 추출과 가명처리", "unit": "건", "quantity": 2000,
            "unit_price_won": 35_000, "tax_kind": "TAXABLE", **changes,
        },
        {
            "kind": "REVIEW_FEE", "description": "심의 수수료", "unit": "식", "quantity": 1,
            "unit_price_won": 30_000_000, "tax_kind": "EXEMPT",
        },
    ]  # fmt: skip


@dataclass
class Stage:
    """A round, a company with a posted need, a hospital with a published offer."""

    round: Round
    firm: Firm
    need: Need
    hospital: providers.Provider
    offer: Any


@played
def stage(**offer: Any) -> Stage:
    providers.code_lists()
    round_ = rounds.make_round()
    hospital = providers.provider()
    made = providers.offer(hospital, published=True, **offer)
    owner = firm()
    return Stage(round_, owner, need(owner, round_), hospital, made)


def asked(at: Stage, **more: Any) -> QuoteRequest:
    return actions.request_quote(
        **{
            "need_id": at.need.pk,
            "institution_id": at.hospital.institution.pk,
            "dataset_id": at.offer.dataset_id,
            "offer_id": at.offer.pk,
            "message": "견적을 부탁드립니다.",
            "by": at.firm.user,
            **more,
        }
    )


INVESTIGATOR = {"investigator_name": "가상 연구책임자", "investigator_email": "investigator@hospital.example"}


def approver(organisation: Any) -> User:
    """Somebody of the hospital who agrees to its quotes."""
    return holders_of(Role.PROVIDER_APPROVER, organisation).first() or providers.person(Role.PROVIDER_APPROVER, organisation)


def prepared(at: Stage, request: QuoteRequest | None = None, **more: Any) -> tuple[QuoteDraft, str]:
    """A draft and the secret of the investigator's link; nobody agreed yet."""
    request = request or asked(at)
    approver(request.institution.organisation)
    return actions.prepare_quote(
        request_id=request.pk,
        **{
            **INVESTIGATOR,
            "lines": lines(),
            "valid_until": clock.today() + timedelta(days=VALID_DAYS),
            "access_mode": "CLOSED_ROOM",
            "lead_time_days": 40,
            "assumptions": "영상 2,000건 기준입니다.",
            "by": at.hospital.user,
            **more,
        },
    )


def quoted(at: Stage, request: QuoteRequest | None = None, **more: Any) -> Quote:
    """Prepared and agreed to by the hospital's approver and by the investigator: sent."""
    draft, secret = prepared(at, request, **more)
    actions.approve_quote(draft_id=draft.pk, by=approver(draft.request.institution.organisation))
    if secret:
        actions.agree_by_link(secret=secret)
    return Quote.objects.get(draft=draft)


def agreed_copy(found: Quote) -> QuoteDraft:
    """Another draft like that of a quote, agreed to but of no quote yet: for what only the database should refuse."""
    assert found.draft is not None
    copy = QuoteDraft.objects.get(pk=found.draft.pk)
    copy.pk, copy.ref, copy.number, copy._state.adding = None, "", 9, True
    copy.save()
    return copy


def accepted(at: Stage) -> Match:
    return actions.accept_quote(quote_id=quoted(at).pk, by=at.firm.user)


def confirmed(at: Stage) -> Match:
    return actions.confirm_match(match_id=accepted(at).pk, by=at.hospital.user)
