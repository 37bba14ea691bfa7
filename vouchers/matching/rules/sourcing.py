"""When nothing fits: the operator looks for data, proposes, and says what came of it. Source: domain.md §6.8, §2.3 (매칭 신청)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class SourcingStatus(Codes):
    OPEN = "OPEN", _("Waiting for the operator")
    IN_PROGRESS = "IN_PROGRESS", _("The operator is looking")
    FOUND = "FOUND", _("Data found")
    NOT_FOUND = "NOT_FOUND", _("No data found")
    ENDED = "ENDED", _("Ended")


class ProposalStatus(Codes):
    PROPOSED = "PROPOSED", _("Proposed")
    USEFUL = "USEFUL", _("Of use to the company")
    NOT_USEFUL = "NOT_USEFUL", _("Of no use to the company")


S, P = SourcingStatus, ProposalStatus
SOURCING_LIFECYCLE = Lifecycle(
    "sourcing_case",
    S,
    S.OPEN,
    {
        (S.OPEN, "take_up_sourcing"): S.IN_PROGRESS,
        (S.IN_PROGRESS, "take_up_sourcing"): S.IN_PROGRESS,
        (S.OPEN, "propose_data"): S.IN_PROGRESS,
        (S.IN_PROGRESS, "propose_data"): S.IN_PROGRESS,
        (S.IN_PROGRESS, "close_as_found"): S.FOUND,
        (S.IN_PROGRESS, "close_as_not_found"): S.NOT_FOUND,
        (S.OPEN, "end_sourcing"): S.ENDED,
        (S.IN_PROGRESS, "end_sourcing"): S.ENDED,
    },
)
PROPOSAL_LIFECYCLE = Lifecycle(
    "sourcing_proposal",
    P,
    P.PROPOSED,
    {
        (P.PROPOSED, "find_useful"): P.USEFUL,
        (P.PROPOSED, "find_not_useful"): P.NOT_USEFUL,
        (P.NOT_USEFUL, "find_useful"): P.USEFUL,  # a company may look again
    },
)
OPEN = frozenset({S.OPEN, S.IN_PROGRESS})
NOTE_LENGTH = 2000
EVENT_WORDS: dict[str, str | Promise] = {
    "sourcing_case.opened": _("The operator was asked to look"),
    "sourcing_case.taken_up": _("The operator looks for data"),
    "sourcing_case.proposed": _("The operator proposed data"),
    "sourcing_case.answered": _("The company answered a proposal"),
    "sourcing_case.found": _("Data was found"),
    "sourcing_case.not_found": _("No data was found"),
    "sourcing_case.ended": _("Help is no longer needed"),
}
