"""A round's states and the codes that its policy speaks. Source: domain.md §6.1; every number is data of the round."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from portal.kit import workdays
from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class RoundKind(Codes):
    LIVE = "LIVE", _("Live")
    REHEARSAL = "REHEARSAL", _("Rehearsal")
    DEMO = "DEMO", _("Demonstration")


class RoundStatus(Codes):
    DRAFT = "DRAFT", _("Draft")
    REVIEW = "REVIEW", _("Internal review")
    ANNOUNCED = "ANNOUNCED", _("Announced")
    EVALUATING = "EVALUATING", _("Evaluation")
    AWARDED = "AWARDED", _("Selection published")
    RUNNING = "RUNNING", _("Projects running")
    SETTLING = "SETTLING", _("Settlement")
    ARCHIVED = "ARCHIVED", _("Closed and archived")
    CANCELLED = "CANCELLED", _("Cancelled")


class Phase(Codes):
    """What people see: while ANNOUNCED the clock decides between upcoming, open and closed."""

    DRAFT = "DRAFT", _("Draft")
    REVIEW = "REVIEW", _("Internal review")
    ANNOUNCED = "ANNOUNCED", _("Opens soon")
    OPEN = "OPEN", _("Open for applications")
    CLOSED = "CLOSED", _("Applications closed")
    EVALUATING = "EVALUATING", _("Evaluation")
    AWARDED = "AWARDED", _("Selection published")
    RUNNING = "RUNNING", _("Projects running")
    SETTLING = "SETTLING", _("Settlement")
    ARCHIVED = "ARCHIVED", _("Closed and archived")
    CANCELLED = "CANCELLED", _("Cancelled")


class CompanySize(Codes):
    """기업 규모, as in reference/code_lists.json; a round's rates and doors speak of it before any company exists."""

    PRE_STARTUP = "PRE_STARTUP", _("Pre-founder")
    MICRO = "MICRO", _("Micro enterprise")
    SMALL = "SMALL", _("Small enterprise")
    MEDIUM = "MEDIUM", _("Medium enterprise")
    MID_SIZED = "MID_SIZED", _("Mid-sized enterprise")
    LARGE = "LARGE", _("Large enterprise")


class ProviderType(Codes):
    """Who may supply in a round (`eligible_provider_types`), as in reference/rounds.json."""

    MEDICAL_DATA_HOSPITAL = "MEDICAL_DATA_HOSPITAL", _("Medical-data hospital")
    HEALTHCARE_INSTITUTION = "HEALTHCARE_INSTITUTION", _("Healthcare institution")
    PUBLIC_AGENCY = "PUBLIC_AGENCY", _("Public health data agency")


class DocumentKind(Codes):
    """Files that a round may require with an application."""

    BUSINESS_REGISTRATION = "BUSINESS_REGISTRATION", _("Business registration certificate")
    SIZE_CERTIFICATE = "SIZE_CERTIFICATE", _("SME (micro enterprise) certificate")
    PROJECT_PLAN = "PROJECT_PLAN", _("Project plan")
    TAX_CLEARANCE = "TAX_CLEARANCE", _("Certificates of national and local tax payment")
    FINANCIAL_STATEMENTS = "FINANCIAL_STATEMENTS", _("Financial statements")
    PITCH_DECK = "PITCH_DECK", _("Slide deck")
    MATCH_CONFIRMATION = "MATCH_CONFIRMATION", _("Match confirmation")
    DATA_USE_PLAN = "DATA_USE_PLAN", _("Data use plan")
    SECURITY_PLEDGE = "SECURITY_PLEDGE", _("Security pledge")
    INTEGRITY_PLEDGE = "INTEGRITY_PLEDGE", _("Integrity pledge")
    REGISTER_EXTRACT = "REGISTER_EXTRACT", _("Corporate register extract")


class EvaluationStage(Codes):
    """How applications are evaluated, in this order (domain.md §6.3)."""

    DOCUMENT = "DOCUMENT", _("Evaluation of the documents")
    PRESENTATION = "PRESENTATION", _("Presentation")
    SITE = "SITE", _("Site visit")


class Absence(Codes):
    """What becomes of the criteria of the presentation when a company stays away from it."""

    ZERO = "ZERO", _("They count 0 points from every evaluator")
    FILE = "FILE", _("They are scored by the documents all the same")


SCORED_STAGES = (EvaluationStage.DOCUMENT, EvaluationStage.PRESENTATION)  # what a criterion may be scored by


class MatchTiming(Codes):
    BEFORE_SUBMISSION = "BEFORE_SUBMISSION", _("Match confirmed before submission")
    BEFORE_SELECTION = "BEFORE_SELECTION", _("Match confirmed before selection")
    AFTER_SELECTION = "AFTER_SELECTION", _("Match confirmed after selection")


S = RoundStatus
LIFECYCLE = Lifecycle(
    "round",
    S,
    S.DRAFT,
    {
        (S.DRAFT, "submit_for_review"): S.REVIEW,
        (S.REVIEW, "send_back"): S.DRAFT,
        (S.REVIEW, "announce"): S.ANNOUNCED,
        (S.ANNOUNCED, "amend"): S.ANNOUNCED,
        (S.EVALUATING, "amend"): S.EVALUATING,
        (S.AWARDED, "amend"): S.AWARDED,
        (S.RUNNING, "amend"): S.RUNNING,
        (S.ANNOUNCED, "begin_evaluation"): S.EVALUATING,
        (S.EVALUATING, "publish_selection"): S.AWARDED,
        (S.AWARDED, "start_projects"): S.RUNNING,
        (S.RUNNING, "begin_settlement"): S.SETTLING,
        (S.SETTLING, "archive"): S.ARCHIVED,
        (S.DRAFT, "cancel"): S.CANCELLED,
        (S.REVIEW, "cancel"): S.CANCELLED,
        (S.ANNOUNCED, "cancel"): S.CANCELLED,
        (S.EVALUATING, "cancel"): S.CANCELLED,
    },
)


HELD = _("A company may still hand in late. Wait until its late entry ends, or revoke it first.")


UNDER_WAY = timedelta(minutes=5)  # what arrived before an end may still be on its way through the portal
BEFORE_EVALUATION = frozenset({S.DRAFT, S.REVIEW, S.ANNOUNCED, S.CANCELLED})


def is_held(late_until: datetime | None, now: datetime) -> bool:
    """Whether the evaluation cannot begin yet, since a late entry to the closed call is open, or what came in its last moment may
    still be on its way."""
    return late_until is not None and late_until + UNDER_WAY > now


def evaluates(status: str) -> bool:
    """Whether the evaluation of a round in this state has begun, so that one of its applications may go to evaluators."""
    return status not in BEFORE_EVALUATION


APPROVAL_DAYS = 5  # working days that an approver has, where the call does not open before


def announce_due(now: datetime, opens_at: datetime | None) -> datetime:
    """By when a round in review is announced: the opening of the call when that comes first; today when it has passed already."""
    usual = workdays.due_at(now, APPROVAL_DAYS)
    if opens_at is None or opens_at >= usual:
        return usual
    return opens_at if opens_at > now else workdays.due_at(now, 0)


def phase(status: str, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> Phase:
    """OPEN and CLOSED follow the server's clock; `closes_at` itself is already closed."""
    if status == S.ANNOUNCED and opens_at and closes_at:
        if now < opens_at:
            return Phase.ANNOUNCED
        return Phase.OPEN if now < closes_at else Phase.CLOSED
    return Phase(status)
