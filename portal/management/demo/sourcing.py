"""What helps a need along: counts asked for before any review."""

from portal.management.demo.stage import Stage
from providers.catalogue.models import Dataset
from vouchers.matching import actions as matching
from vouchers.matching.models import FeasibilityQuery, Need


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


def _ask(need: Need, user: object, key: str, message: str) -> FeasibilityQuery:
    return matching.ask_feasibility(need_id=need.pk, dataset_id=Dataset.objects.get(key=key).pk, message=message, by=user)
