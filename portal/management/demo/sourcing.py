"""What helps a need along: counts asked for before any review, and the operator's help where nothing fits."""

from typing import Any

from portal.management.demo import market
from portal.management.demo.stage import Stage
from providers.catalogue.models import Dataset
from vouchers.matching import actions as matching
from vouchers.matching.models import FeasibilityQuery, Need, SourcingCase


def play(stage: Stage) -> None:
    """How many patients are there: one count answered as a band, two still open"""
    user = stage.cast.people["applicant"]
    need = Need.objects.get(company=stage.cast.companies[1], round=stage.open_round)
    with stage.at(-4, hour=14):
        asked = _ask(need, user, "demo-hanbit-chest-ct", "흡연력이 기록된 환자만 셀 수 있으면 그렇게 부탁드립니다.")
        _ask(need, user, "demo-namdo-chest-ct", "")
    with stage.at(-3):
        matching.answer_feasibility(query_id=asked.pk, count=1_840, basis="PARTLY", by=stage.cast.people["provider"])
    with stage.at(-2, hour=15):
        other = Need.objects.get(company=stage.cast.companies[29], round=stage.open_round)
        _ask(other, stage.user(29), "demo-hanbit-chest-ct", "2020년 이후 촬영분이 궁금합니다.")


SOUGHT: tuple[tuple[int, str, dict[str, Any]], ...] = (  # company, name, what the catalogue does not hold
    (1, "뇌전증 발작 예측 뇌파", {"modality": ["EEG"], "disease_codes": ["G40"]}),
    (2, "유방촬영 판독 보조", {"modality": ["MAMMO"], "disease_codes": ["C50"]}),
    (3, "위내시경 병변 표시", {"modality": ["ENDOSCOPY"], "disease_codes": ["C16"], "access_modes_acceptable": ["TRANSFER"]}),
    (4, "유방 밀도 자동 분류", {"modality": ["MAMMO"], "disease_codes": ["C50"]}),
    (5, "유방암 검진 우선순위", {"modality": ["MAMMO"], "disease_codes": ["C50"]}),
)  # fmt: skip


def seek(stage: Stage) -> None:
    """Needs that nothing fits: one with the operator's proposal, others seen together"""
    operator = stage.cast.people["operator"]
    with stage.at(-12):
        needs = [_unmet(stage, number, name, changes) for number, name, changes in SOUGHT]
    case = SourcingCase.objects.get(need=needs[0])
    with stage.at(-10):
        matching.take_up_sourcing(case_id=case.pk, by=operator)
        matching.note_sourcing(
            case_id=case.pk, text="시연: 남도의료원에 전화함. 수면검사 뇌파를 따로 보관 중이라고 함.", by=operator
        )
    with stage.at(-8):
        dataset = Dataset.objects.select_related("institution").get(key="demo-namdo-chest-ct")
        matching.propose_data(
            case_id=case.pk,
            institution_id=dataset.institution_id,
            reason="수면검사실의 뇌파를 따로 보관하고 있어 새로 게시할 수 있다고 합니다.",
            by=operator,
        )


def allocate(stage: Stage) -> None:
    """The open call's offers allocated to its needs: computed, and open to be published by a second person"""
    with stage.at(-1, hour=16):
        matching.order_allocation(round_id=stage.open_round.pk, by=stage.cast.people["officer"])
        matching.compute_allocations()


def _unmet(stage: Stage, number: int, name: str, changes: dict[str, Any]) -> Need:
    company, user = stage.cast.companies[number], stage.user(number)
    document = market.need_document(stage.open_round, company, ecg=False, supply_won=90_000_000, track="SMALL")
    codes = {"system": "KCD", "version": "9", "include": changes["disease_codes"], "exclude": []}
    need = matching.save_need(
        need_id=None, company_id=company.pk, round_id=stage.open_round.pk, title=name,
        document={**document, "product": f"시연: {name}", "patients_wanted": None, **changes, "disease_codes": codes}, by=user,
    )  # fmt: skip
    return matching.post_need(need_id=need.pk, by=user)


def _ask(need: Need, user: object, key: str, message: str) -> FeasibilityQuery:
    return matching.ask_feasibility(need_id=need.pk, dataset_id=Dataset.objects.get(key=key).pk, message=message, by=user)
