"""States of an application, its sections and its findings. Source: domain.md §6.2."""

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class ApplicationStatus(Codes):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Submitted")
    ELIGIBILITY_CHECK = "ELIGIBILITY_CHECK", _("Eligibility check")
    SUPPLEMENT_REQUESTED = "SUPPLEMENT_REQUESTED", _("Supplement requested")
    ELIGIBLE = "ELIGIBLE", _("Eligible")
    INELIGIBLE = "INELIGIBLE", _("Not eligible")
    IN_EVALUATION = "IN_EVALUATION", _("In evaluation")
    SELECTED = "SELECTED", _("Selected")
    RESERVE = "RESERVE", _("Reserve list")
    NOT_SELECTED = "NOT_SELECTED", _("Not selected")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    LAPSED = "LAPSED", _("Award lapsed")


S = ApplicationStatus
LIFECYCLE = Lifecycle(
    "application",
    S,
    S.DRAFT,
    {
        (S.DRAFT, "submit"): S.SUBMITTED,
        (S.SUBMITTED, "begin_check"): S.ELIGIBILITY_CHECK,
        (S.ELIGIBILITY_CHECK, "request_supplement"): S.SUPPLEMENT_REQUESTED,
        (S.SUPPLEMENT_REQUESTED, "supply_supplement"): S.ELIGIBILITY_CHECK,
        (S.SUPPLEMENT_REQUESTED, "resume_check"): S.ELIGIBILITY_CHECK,
        (S.SUPPLEMENT_REQUESTED, "find_ineligible"): S.INELIGIBLE,
        (S.ELIGIBILITY_CHECK, "find_eligible"): S.ELIGIBLE,
        (S.ELIGIBILITY_CHECK, "find_ineligible"): S.INELIGIBLE,
        (S.INELIGIBLE, "reopen_check"): S.ELIGIBILITY_CHECK,
        (S.ELIGIBLE, "begin_evaluation"): S.IN_EVALUATION,
        (S.IN_EVALUATION, "select"): S.SELECTED,
        (S.IN_EVALUATION, "place_on_reserve"): S.RESERVE,
        (S.IN_EVALUATION, "reject"): S.NOT_SELECTED,
        (S.RESERVE, "select"): S.SELECTED,
        (S.RESERVE, "reject"): S.NOT_SELECTED,
        (S.RESERVE, "reopen"): S.IN_EVALUATION,
        (S.NOT_SELECTED, "reopen"): S.IN_EVALUATION,
        (S.DRAFT, "withdraw"): S.WITHDRAWN,
        (S.SUBMITTED, "withdraw"): S.WITHDRAWN,
        (S.ELIGIBILITY_CHECK, "withdraw"): S.WITHDRAWN,
        (S.SUPPLEMENT_REQUESTED, "withdraw"): S.WITHDRAWN,
        (S.ELIGIBLE, "withdraw"): S.WITHDRAWN,
        (S.IN_EVALUATION, "withdraw"): S.WITHDRAWN,
        (S.RESERVE, "withdraw"): S.WITHDRAWN,
        (S.SELECTED, "withdraw"): S.WITHDRAWN,
        (S.SELECTED, "lapse"): S.LAPSED,
    },
)
ENDED = frozenset({S.WITHDRAWN, S.INELIGIBLE, S.NOT_SELECTED, S.LAPSED})
DRAFT_DAYS = 90  # how long what was never handed in is kept after its call closed
EDITABLE = frozenset({S.DRAFT, S.SUPPLEMENT_REQUESTED})
MAY_CHOOSE_AGAIN = frozenset({S.SUBMITTED, S.ELIGIBILITY_CHECK, S.SUPPLEMENT_REQUESTED})  # after the closing, by a supplement


class SectionKey(Codes):
    COMPANY = "company", _("Company")
    PROJECT = "project", _("Project")
    DATA_NEED = "data_need", _("Data need")
    BUDGET = "budget", _("Budget")
    DOCUMENTS = "documents", _("Documents")
    DECLARATIONS = "declarations", _("Declarations")


class SectionState(Codes):
    NOT_STARTED = "NOT_STARTED", _("Not started")
    IN_PROGRESS = "IN_PROGRESS", _("In progress")
    COMPLETE = "COMPLETE", _("Complete")
    NEEDS_WORK = "NEEDS_WORK", _("Supplement needed")


class Verdict(Codes):
    MET = "MET", _("Met")
    NOT_MET = "NOT_MET", _("Not met")
    NEEDS_PERSON = "NEEDS_PERSON", _("Needs a person")


# What an application still allows to be written in: until when matches may be chosen, by the round's match timing.
MATCHES_OPEN = {
    "BEFORE_SUBMISSION": EDITABLE,
    "BEFORE_SELECTION": EDITABLE | {S.SUBMITTED, S.ELIGIBILITY_CHECK, S.ELIGIBLE, S.IN_EVALUATION},
    "AFTER_SELECTION": EDITABLE | {S.SUBMITTED, S.ELIGIBILITY_CHECK, S.ELIGIBLE, S.IN_EVALUATION, S.RESERVE, S.SELECTED},
}


def matches_open(status: str, match_timing: str, fixed: bool = False) -> bool:
    """May matches still be chosen or dropped in this state? fixed: an agreement stands on them."""
    return not fixed and status in MATCHES_OPEN[match_timing]


def receipt(fiscal_year: int, number: int, *, rehearsal: bool = False) -> str:
    """`HDV-2027-000123`: the year of the round and a number from the sequence (unique, not gapless). Of a rehearsal, which has
    a sequence of its own: `REHEARSAL-2027-000123`."""
    return f"{'REHEARSAL' if rehearsal else 'HDV'}-{fiscal_year}-{number:06d}"


# What a company reads of its application's journal, in its own words; events that are not here are not shown to it.
EVENT_WORDS = {
    "application.started": _("Draft started"),
    "application.copied": _("Answers and files taken over from an earlier application"),
    "application.certified": _("Certified by a representative"),
    "application.submitted": _("Submitted"),
    "application.check_begun": _("Eligibility check begun"),
    "application.rule_judged": _("A rule was judged by an officer"),
    "application.supplement_requested": _("Supplement requested"),
    "application.supplement_supplied": _("Supplement supplied"),
    "application.supplement_missed": _("The supplement did not come by its due day"),
    "application.check_resumed": _("Eligibility check taken up again without the supplement"),
    "application.found_eligible": _("Found eligible"),
    "application.found_ineligible": _("Found not eligible"),
    "application.evaluation_begun": _("Evaluation begun"),
    "application.selected": _("Selected"),
    "application.placed_on_reserve": _("Placed on the reserve list"),
    "application.not_selected": _("Not selected"),
    "application.reopened": _("Taken up again after an upheld objection"),
    "application.check_reopened": _("“Not eligible” taken back after an objection, the check goes on"),
    "application.withdrawn": _("Withdrawn"),
    "application.lapsed": _("The award lapsed without an answer"),
    "application.need_chosen": _("Data need chosen"),
    "application.match_chosen": _("Match chosen"),
    "application.match_dropped": _("Match dropped"),
    "application.document_attached": _("Document uploaded"),
    "application.blind_document_attached": _("Blind version uploaded"),
    "application.document_removed": _("Document removed"),
}
OUTCOME_EVENTS = frozenset({"application.selected", "application.placed_on_reserve", "application.not_selected"})
TIMELINE_EVENTS = tuple(name for name in EVENT_WORDS if not name.split(".")[1].startswith(("need_", "match_", "document_")))
