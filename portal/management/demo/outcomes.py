"""What came of the project that ended: a survey answered and corrected, and the next one to be answered."""

from portal.kit import clock
from portal.management.demo import settling
from portal.management.demo.stage import Stage
from vouchers.outcomes import actions
from vouchers.outcomes.models import OutcomeSurvey

SITE = "https://results.demo.example"


def play(stage: Stage) -> None:
    """A survey after a project is answered, the next one is due"""
    user, agreement = stage.user(settling.NUMBER), stage.agreements.get(settling.NUMBER)
    with stage.at(-38):
        actions.open_surveys(now=clock.now())
    first = OutcomeSurvey.objects.filter(round=stage.played_round, number=1).order_by("pk").first()
    assert first is not None and (agreement is None or first.agreement_id == agreement.pk), "the settled project is asked"
    said = {
        "products": 1,
        "approvals": 0,
        "papers": 2,
        "patents": 1,
        "jobs": 2,
        "investment_won": 300_000_000,
        "remarks": "시연: 후속 연구를 준비합니다.",
    }
    links = {key: [f"{SITE}/{key}"] for key in ("products", "papers", "patents", "investment_won")}
    with stage.at(-30):
        actions.save_draft(survey_id=first.pk, answers={"products": 1}, links={}, by=user)
    with stage.at(-28):
        actions.submit_outcome(survey_id=first.pk, answers=said, links=links, by=user)
    with stage.at(-20):
        reason = "시연: 논문 한 편은 다른 과제의 성과였습니다."
        actions.correct_outcome(survey_id=first.pk, answers={**said, "papers": 1}, links=links, reason=reason, by=user)
    with stage.at(-5):
        actions.open_surveys(now=clock.now())
