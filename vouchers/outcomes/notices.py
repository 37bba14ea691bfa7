"""What the room tells."""

from portal.journal.actions import tell
from vouchers.outcomes.models import OutcomeSurvey


def opened(survey: OutcomeSurvey) -> None:
    """To the company: what is asked, about which time, until when, and what of it is public."""
    _company("outcome_opened", survey)


def waived(survey: OutcomeSurvey) -> None:
    """To the company: it need not answer any more."""
    _company("outcome_waived", survey)


def _company(template: str, survey: OutcomeSurvey) -> None:
    days = {name: getattr(survey, name).isoformat() for name in ("covers_from", "covers_to", "due_on")}
    tell(
        template, app="vouchers", subject=survey, organisation=survey.company.organisation, url=survey.get_absolute_url(),
        context={
            "number": survey.agreement.number, "from_on": days["covers_from"], "to_on": days["covers_to"], "due_on": days["due_on"],
            "reason": survey.reason, "public": any(one.public for one in survey.questions),
        },
    )  # fmt: skip
