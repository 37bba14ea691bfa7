"""What is owed of a project and late goes to somebody else, after the days of the round. Source: domain.md §6.14. Pure."""

from collections.abc import Mapping
from datetime import date

from portal.accounts.rules import Role
from portal.kit.workdays import working_days_between

# verb of a duty → who hears that it is late: the agency about the parties and the evaluators, the ministry about the agency
ESCALATES: Mapping[str, str] = {
    "submit_milestone": Role.OPERATOR_CASE,
    "accept_milestone": Role.OPERATOR_CASE,
    "answer_finding": Role.OPERATOR_CASE,
    "grade_project": Role.OPERATOR_CASE,
    "confirm_milestone": Role.MINISTRY_OFFICER,
    "answer_warning": Role.MINISTRY_OFFICER,
    "report_inspection": Role.MINISTRY_OFFICER,
    "close_finding": Role.MINISTRY_OFFICER,
    "open_final_evaluation": Role.MINISTRY_OFFICER,
    "decide_grade": Role.MINISTRY_OFFICER,
    "judge_condition": Role.MINISTRY_OFFICER,
    "bar_company": Role.MINISTRY_APPROVER,
}


def is_escalated(due_on: date, today: date, days: int) -> bool:
    """Whether so many working days have passed since the due day, at least one."""
    return working_days_between(due_on, today) >= max(days, 1)
