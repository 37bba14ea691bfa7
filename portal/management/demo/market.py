"""Fictional hospitals, their datasets and offers; needs, quotes and matches."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from portal.accounts.models import User
from portal.kit import clock, workdays
from portal.management.demo.people import Cast
from providers.catalogue import actions as catalogue
from providers.catalogue.models import Dataset
from providers.institutions import actions as institutions
from providers.institutions.models import Institution
from providers.offers import actions as offers
from providers.offers import rules as offer_rules
from providers.offers.models import Offer
from vouchers.companies.models import Company
from vouchers.matching import actions as matching
from vouchers.matching.models import Match, Need, Quote, QuoteDraft, QuoteRequest
from vouchers.rounds.models import Round


def open_market(cast: Cast, market: dict[str, Any]) -> None:
    """Institutions with people, published datasets, one entry in work and offers; idempotent by key and title."""
    for record in market["institutions"]:
        institution = institutions.register_reference(record=record, is_demo=True)
        if institution.organisation_id is None:
            institutions.attach(institution_id=institution.pk, organisation=cast.organisations[record["organisation"]], by=None)
    for record in market["datasets"]:
        catalogue.register_reference(record=record)
    for record in market["drafts"]:
        if not Dataset.objects.filter(key=record["key"]).exists():
            institution = Institution.objects.get(key=record["institution"])
            manager = cast.people["provider" if record["institution"] == "demo-hanbit" else "provider2"]
            catalogue.create_dataset(institution=institution, key=record["key"], values=record["values"], by=manager)
    for record in market["offers"]:
        if not Offer.objects.filter(title_ko=record["title_ko"]).exists():
            _offer(cast, record)
    first = market["offers"][0]
    if not Offer.objects.filter(status="DRAFT", institution__key=first["institution"]).exists():
        _offer(cast, {**first, "title_ko": "[시연] 준비 중인 상품", "title_en": "[Demo] An offer in preparation"}, publish=False)


def _offer(cast: Cast, record: dict[str, Any], publish: bool = True) -> Offer:
    institution = Institution.objects.get(key=record["institution"])
    manager = cast.people["provider" if record["institution"] == "demo-hanbit" else "provider2"]
    values = {
        "kind": "DATA", "title_ko": record["title_ko"], "title_en": record["title_en"], "capacity": 12,
        "capacity_period": "YEAR", "access_modes": record["access_modes"], "exits": record["exits"],
        "lead_time_days": record["lead_time_days"], "allowed_purposes": ["PRODUCT_DEVELOPMENT", "EXTERNAL_VALIDATION"],
        "commercial_ai_allowed": True, "model_export": record["model_export"], "joint_drb": record["joint_drb"],
        "valid_from": clock.today() - timedelta(days=1), "valid_to": clock.today() + timedelta(days=700),
    }  # fmt: skip
    lines = [offer_rules.Line(*line) for line in record["lines"]]
    offer = offers.create_offer(
        institution=institution, values=values, lines=lines, by=manager, dataset=Dataset.objects.get(key=record["dataset"])
    )
    if publish:
        offers.submit(offer_id=offer.pk, by=manager)
        offers.start_check(offer_id=offer.pk, by=None)
        offers.publish(offer_id=offer.pk, by=None)
    return offer


def need_document(round_: Round, company: Company, *, ecg: bool, supply_won: int, track: str) -> dict[str, Any]:
    """A need document as in the contract."""
    return {
        "round": round_.key, "company_size": company.size, "region": company.region,
        "product": "심전도로 심부전을 조기에 찾는 인공지능" if ecg else "흉부 CT에서 폐결절을 찾는 인공지능",
        "purpose": "PRODUCT_DEVELOPMENT", "regulatory_route": "MFDS_DIGITAL",
        "disease_codes": {"system": "KCD", "version": "9", "include": ["I50"] if ecg else ["C34", "R91"], "exclude": []},
        "modality": ["ECG"] if ecg else ["CT"], "body_parts": [], "variables": [], "min_age": 40, "max_age": None,
        "follow_up_months_minimum": None, "period": [2016, 2024], "patients_wanted": 3000, "patients_minimum": 500,
        "sites_minimum": 1, "labels": "", "processing_wanted": ["EXTRACTION", "PSEUDONYMISATION"],
        "access_modes_acceptable": ["REMOTE_VDI", "TRANSFER", "CLOSED_ROOM"], "exports_wanted": ["RESULT_EXPORT"],
        "linkage": [], "real_patients_required": True, "gpu": True, "irb_state": "NOT_STARTED", "project_months": 7,
        "budget_won": max(supply_won, 1), "track": track,
    }  # fmt: skip


def post_need(round_: Round, company: Company, user: User, *, ecg: bool, supply_won: int, track: str) -> Need:
    document = need_document(round_, company, ecg=ecg, supply_won=supply_won, track=track)
    need = matching.save_need(
        need_id=None, company_id=company.pk, round_id=round_.pk,
        title="심부전 조기 진단 심전도" if ecg else "폐결절 판독 흉부 CT", document=document, by=user,
    )  # fmt: skip
    return matching.post_need(need_id=need.pk, by=user)


def ask(need: Need, user: User, *, dataset_key: str) -> QuoteRequest:
    """A company asks for a quote on a dataset's published offer."""
    offer = Offer.objects.filter(dataset__key=dataset_key, status="PUBLISHED").get()
    return matching.request_quote(
        need_id=need.pk, institution_id=offer.institution_id, dataset_id=offer.dataset_id, offer_id=offer.pk,
        message="제품 개발에 쓸 자료의 견적을 부탁드립니다.", by=user,
    )  # fmt: skip


def quote(cast: Cast, request: QuoteRequest, supply_won: int) -> Any:
    """Two lines that add up to `supply_won`: extraction with VAT, a review fee without. Prepared, agreed to twice, sent."""
    draft, secret = prepare(cast, request, supply_won)
    matching.approve_quote(draft_id=draft.pk, by=cast.people["head" if request.institution.key == "demo-hanbit" else "head2"])
    if secret:
        matching.agree_by_link(secret=secret)
    return Quote.objects.get(draft=draft)


def prepare(cast: Cast, request: QuoteRequest, supply_won: int) -> tuple[QuoteDraft, str]:
    """The hospital's office writes the quote and names an investigator, who has no account here."""
    manager = cast.people["provider" if request.institution.key == "demo-hanbit" else "provider2"]
    fee = 500_000
    return matching.prepare_quote(
        request_id=request.pk,
        lines=[
            {"kind": "EXTRACTION", "description": "추출·가명처리·라벨링 일체", "unit": "PROJECT", "quantity": Decimal(1),
             "unit_price_won": supply_won - fee, "tax_kind": "TAXABLE"},
            {"kind": "REVIEW_FEE", "description": "데이터심의 수수료", "unit": "PROJECT", "quantity": Decimal(1),
             "unit_price_won": fee, "tax_kind": "EXEMPT"},
        ],
        valid_until=clock.today() + timedelta(days=180), earliest_delivery_on=workdays.add_working_days(clock.today(), 75),  # after reviews and contract
        lead_time_days=45, access_mode=(request.offer.access_modes[0] if request.offer else ""),
        assumptions="대상 환자 수는 사전 조회 결과에 따라 10% 안에서 달라질 수 있습니다.",
        investigator_name="시연 연구책임자", investigator_email="investigator@hospital.example", by=manager,
    )  # fmt: skip


def confirmed_match(cast: Cast, need: Need, user: User, *, dataset_key: str, supply_won: int) -> Match:
    """From the question to both sides' confirmation."""
    request = ask(need, user, dataset_key=dataset_key)
    match = matching.accept_quote(quote_id=quote(cast, request, supply_won).pk, by=user)
    manager = cast.people["provider" if request.institution.key == "demo-hanbit" else "provider2"]
    return matching.confirm_match(match_id=match.pk, by=manager)
