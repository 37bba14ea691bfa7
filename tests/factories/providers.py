"""A fictional hospital with people, datasets and offers, made through the actions."""

from dataclasses import dataclass
from io import StringIO
from typing import Any

from portal.accounts import actions as accounts
from portal.accounts.models import Organisation, User
from portal.accounts.rules import OrganisationKind, Role
from portal.management.reference import load_reference
from providers.catalogue import actions as catalogue
from providers.catalogue.models import Dataset
from providers.institutions import actions as institutions
from providers.institutions.models import Institution
from providers.offers import actions as offers
from providers.offers import rules
from providers.offers.models import Offer
from tests.factories import matching
from tests.factories.played import played

_count = 0


def _next() -> int:
    global _count
    _count += 1
    return _count


@dataclass
class Provider:
    """An institution, its organisation and its manager."""

    institution: Institution
    organisation: Organisation
    user: User


@played
def code_lists() -> None:
    """The real code lists."""
    for record in matching.records("code_lists"):
        catalogue.register_code_list(record=record)


@played
def reference() -> None:
    """The whole reference data, as `manage.py seed` loads them."""
    load_reference(StringIO())


def person(role: str, organisation: Organisation | None = None, email: str = "") -> User:
    """Somebody with a role, member of the organisation when one is given; signs in without a second factor."""
    email = email or f"person{_next()}@demo.example"
    user = accounts.make_demo_user(email=email, name=email.split("@")[0], password="demo-pass-1234")
    if organisation is not None:
        accounts.add_member(organisation=organisation, user=user, role=role, by=None)
    elif role:
        accounts.grant_role(user=user, role=role, by=None)
    return user


def provider(key: str = "", is_demo: bool = True, **facts: Any) -> Provider:
    """A fictional hospital whose manager may edit offers."""
    key = key or f"hospital-{_next()}"
    record = {
        "key": key,
        "name_ko": f"가상병원 {key}",
        "name_en": f"Fictional Hospital {key}",
        "institution_type": "HOSPITAL",
        "region": "GANGWON",
        "capital_area": False,
        "voucher_supplier": True,
        "roles": ["DATA_PROVIDER"],
        "source": "fiction",
        "certainty": "published",
        **facts,
    }
    institution = institutions.register_reference(record=record, is_demo=is_demo)
    organisation = accounts.create_organisation(
        kind=OrganisationKind.PROVIDER,
        name_ko=record["name_ko"],
        name_en=record["name_en"],
        is_demo=is_demo,
        by=None,
    )
    institution = institutions.attach(institution_id=institution.pk, organisation=organisation, by=None)
    return Provider(institution, organisation, person(Role.PROVIDER_MANAGER, organisation))


def dataset(owner: Provider, key: str = "", **facts: Any) -> Dataset:
    """A published dataset: chest CT of lung cancer patients."""
    key = key or f"dataset-{_next()}"
    record = {
        "key": key,
        "title_ko": f"흉부 CT 자료 {key}",
        "title_en": f"Chest CT collection {key}",
        "description_ko": "폐암 환자의 흉부 CT입니다.",
        "description_en": "Chest CT of lung cancer patients.",
        "institution": owner.institution.key,
        "status": "AVAILABLE",
        "health_category": ["EHRS"],
        "modality": ["CT"],
        "disease_scope": "LISTED",
        "disease_areas": [{"system": "KCD", "version": "9", "codes": ["C34"], "label_ko": "폐암", "label_en": "Lung cancer"}],
        "population": {"individuals": 4200, "records": None, "record_unit": "person", "note": None},
        "temporal_start": "2014",
        "temporal_end": "2024",
        "access_mode": ["CLOSED_ROOM", "REMOTE_VDI"],
        "access_rights": "NON_PUBLIC",
        "exits": ["RESULT_EXPORT"],
        "standard": ["DICOM"],
        "language": ["ko"],
        "legal_basis": ["PIPA_28_2"],
        "commercial_use_allowed": True,
        "source": "fiction",
        "certainty": "published",
        **facts,
    }
    return catalogue.register_reference(record=record)


def entry(**changes: Any) -> dict[str, Any]:
    """All that HealthDCAT-AP asks of a non-public dataset, as an institution enters it."""
    return {
        "profile": "NON_PUBLIC",
        "title_ko": "흉부 CT와 판독문",
        "title_en": "Chest CT with reports",
        "description_ko": "2014년부터 모은 흉부 CT 영상과 판독문입니다.",
        "description_en": "Chest CT images and reports since 2014.",
        "keywords_ko": ["폐결절"],
        "keywords_en": ["lung nodule"],
        "theme": ["HEAL"],
        "dataset_type": "IMAGE_COLLECTION",
        "status": "AVAILABLE",
        "language": ["ko"],
        "health_category": ["EHRS"],
        "modality": ["CT"],
        "disease_scope": "LISTED",
        "disease_areas": [{"system": "KCD", "version": "9", "codes": ["C34"], "label_ko": "폐암", "label_en": "Lung cancer"}],
        "structured": False,
        "individuals": 4200,
        "temporal_start": "2014",
        "temporal_end": "2024",
        "access_rights": "NON_PUBLIC",
        "access_mode": ["CLOSED_ROOM"],
        "exits": ["RESULT_EXPORT"],
        "legal_basis": ["PIPA_28_2"],
        "applicable_legislation": ["PIPA"],
        "access_body": "hospital",
        "commercial_use_allowed": True,
        "contact_name_ko": "데이터사업팀",
        "contact_name_en": "Data office",
        "contact_email": "data@hospital.example",
        "provenance_ko": "영상저장시스템에서 추출하여 가명처리하였습니다.",
        "provenance_en": "Taken from the picture archive and pseudonymised.",
        "distributions": [
            {"title_ko": "신청 페이지", "title_en": "Application page", "access_url": "https://hospital.example/data",
             "format": "DICOM", "licence": "AGREEMENT", "availability": ""}
        ],
        "source": "가상병원 데이터사업팀",
        **changes,
    }  # fmt: skip


def own_dataset(owner: Provider, published: bool = False, key: str = "", **changes: Any) -> Dataset:
    """An entry that the institution's manager wrote; checked and published by an operator when asked."""
    made = catalogue.create_dataset(institution=owner.institution, values=entry(**changes), key=key, by=owner.user)
    if published:
        publish_dataset(made, owner)
    made.refresh_from_db()
    return made


def publish_dataset(made: Dataset, owner: Provider) -> Dataset:
    catalogue.submit(dataset_id=made.pk, by=owner.user)
    operator = person(Role.OPERATOR_CASE)
    catalogue.start_check(dataset_id=made.pk, by=operator)
    return catalogue.publish(dataset_id=made.pk, by=operator)


def values(**changes: Any) -> dict[str, Any]:
    """A complete offer's fields."""
    return {
        "kind": "DATA",
        "title_ko": "흉부 CT 제공",
        "title_en": "Chest CT provision",
        "access_modes": ["CLOSED_ROOM", "REMOTE_VDI"],
        "exits": ["RESULT_EXPORT"],
        "model_export": False,  # what the usual dataset lets out is results alone
        "allowed_purposes": ["PRODUCT_DEVELOPMENT", "SCIENTIFIC_RESEARCH"],
        "commercial_ai_allowed": True,
        "lead_time_days": 40,
        "capacity": 5,
        "joint_drb": True,
        **changes,
    }


def lines() -> list[rules.Line]:
    """30,000,000 won of extraction and 500 cases at 20,000 won: a floor of 40,000,000 won."""
    return [
        rules.Line("EXTRACTION", "추출·가명처리", "Extraction and pseudonymisation", "PROJECT", 30_000_000, "TAXABLE", 1),
        rules.Line("LABELLING", "라벨링", "Labelling", "CASE", 20_000, "TAXABLE", 500),
    ]


def offer(owner: Provider, data: Dataset | None = None, published: bool = False, **changes: Any) -> Offer:
    """An offer of the hospital; published by an operator when asked."""
    data = data or dataset(owner)
    within = {"access_modes": data.access_mode, "exits": data.exits}  # an offer promises no more than its dataset
    said: dict[str, Any] = {name: list(codes) for name, codes in within.items() if codes} | changes
    said.setdefault("model_export", "MODEL_EXPORT" in said.get("exits", ()))
    made = offers.create_offer(institution=owner.institution, dataset=data, values=values(**said), lines=lines(), by=owner.user)
    if published:
        publish(made, owner)
    made.refresh_from_db()
    return made


def publish(made: Offer, owner: Provider) -> Offer:
    offers.submit(offer_id=made.pk, by=owner.user)
    operator = person(Role.OPERATOR_CASE)
    offers.start_check(offer_id=made.pk, by=operator)
    return offers.publish(offer_id=made.pk, by=operator)
