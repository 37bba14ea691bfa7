"""The states of assignments, selection runs and awards. Source: domain.md §6.3, 6.4, 6.13."""

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class Stage(Codes):
    DOCUMENT = "DOCUMENT", _("Document review")
    PRESENTATION = "PRESENTATION", _("Presentation")
    SITE = "SITE", _("Site visit")


class AssignmentStatus(Codes):
    INVITED = "INVITED", _("Invited to evaluate")
    ACCEPTED = "ACCEPTED", _("Accepted, no conflict")
    DECLINED = "DECLINED", _("Invitation declined")
    RECUSED = "RECUSED", _("Recused for a conflict")
    WITHDRAWN = "WITHDRAWN", _("Taken back by the officer")
    SUBMITTED = "SUBMITTED", _("Scores handed in")
    LOCKED = "LOCKED", _("Locked")
    SET_ASIDE = "SET_ASIDE", _("Set aside after an objection")


class ProposalStatus(Codes):
    """Of assignments that were computed: nobody is asked before they are applied."""

    PROPOSED = "PROPOSED", _("Proposed")
    APPLYING = "APPLYING", _("Being applied")
    APPLIED = "APPLIED", _("Carried out")
    DISCARDED = "DISCARDED", _("Discarded")


class RunStatus(Codes):
    DRY = "DRY", _("Dry run")
    PROPOSED = "PROPOSED", _("Proposed")
    CONFIRMED = "CONFIRMED", _("Confirmed and released")
    DISCARDED = "DISCARDED", _("Discarded")


class Outcome(Codes):
    SELECTED = "SELECTED", _("Selected")
    RESERVE = "RESERVE", _("Reserve list")
    NOT_SELECTED = "NOT_SELECTED", _("Not selected")


class AwardStatus(Codes):
    NOTIFIED = "NOTIFIED", _("Waiting for the company's answer")
    ACCEPTED = "ACCEPTED", _("Award accepted")
    DECLINED = "DECLINED", _("Award declined")
    LAPSED = "LAPSED", _("Lapsed without an answer")
    AGREEMENT_READY = "AGREEMENT_READY", _("Agreement drafted")
    CANCELLED = "CANCELLED", _("Ended before the agreement took force")


class ChallengeStatus(Codes):
    FILED = "FILED", _("Filed")
    UPHELD = "UPHELD", _("Upheld")
    REJECTED = "REJECTED", _("Rejected")


A, R, W, C = AssignmentStatus, RunStatus, AwardStatus, ChallengeStatus
ASSIGNMENT_LIFECYCLE = Lifecycle(
    "assignment",
    A,
    A.INVITED,
    {
        (A.INVITED, "accept"): A.ACCEPTED,
        (A.INVITED, "decline"): A.DECLINED,
        (A.INVITED, "recuse"): A.RECUSED,
        (A.INVITED, "withdraw_assignment"): A.WITHDRAWN,
        (A.ACCEPTED, "save_scores"): A.ACCEPTED,
        (A.ACCEPTED, "recuse"): A.RECUSED,
        (A.ACCEPTED, "submit_scores"): A.SUBMITTED,
        (A.ACCEPTED, "withdraw_assignment"): A.WITHDRAWN,
        (A.SUBMITTED, "rescore"): A.SUBMITTED,
        (A.SUBMITTED, "hand_back"): A.ACCEPTED,
        (A.SUBMITTED, "lock"): A.LOCKED,
        (A.LOCKED, "set_aside"): A.SET_ASIDE,
        (A.INVITED, "exclude"): A.RECUSED,
        (A.ACCEPTED, "exclude"): A.RECUSED,
        (A.SUBMITTED, "exclude"): A.RECUSED,
        (A.LOCKED, "exclude"): A.RECUSED,
    },
)
CHALLENGE_LIFECYCLE = Lifecycle("challenge", C, C.FILED, {(C.FILED, "uphold"): C.UPHELD, (C.FILED, "reject"): C.REJECTED})
FILE_OPEN = frozenset({A.ACCEPTED, A.SUBMITTED, A.LOCKED})  # the file opens only after the conflict was declared
PENDING = frozenset({A.INVITED, A.ACCEPTED})
HANDED_IN = frozenset({A.SUBMITTED, A.LOCKED})
RUN_LIFECYCLE = Lifecycle(
    "selection_run",
    R,
    R.DRY,
    {
        (R.DRY, "propose_selection"): R.PROPOSED,
        (R.PROPOSED, "confirm_selection"): R.CONFIRMED,
        (R.PROPOSED, "discard"): R.DISCARDED,
    },
)
PROPOSAL_LIFECYCLE = Lifecycle(
    "assignment_run",
    ProposalStatus,
    ProposalStatus.PROPOSED,
    {
        (ProposalStatus.PROPOSED, "change_proposal"): ProposalStatus.PROPOSED,
        (ProposalStatus.PROPOSED, "discard_proposal"): ProposalStatus.DISCARDED,
        (ProposalStatus.PROPOSED, "apply_proposal"): ProposalStatus.APPLYING,
        (ProposalStatus.APPLYING, "finish_proposal"): ProposalStatus.APPLIED,
    },
)
AWARD_LIFECYCLE = Lifecycle(
    "award",
    W,
    W.NOTIFIED,
    {
        (W.NOTIFIED, "accept_award"): W.ACCEPTED,
        (W.NOTIFIED, "decline_award"): W.DECLINED,
        (W.NOTIFIED, "lapse"): W.LAPSED,
        (W.ACCEPTED, "decline_award"): W.DECLINED,
        (W.ACCEPTED, "prepare_agreement"): W.AGREEMENT_READY,
        (W.AGREEMENT_READY, "cancel_award"): W.CANCELLED,
    },
)
LIVE_AWARDS = frozenset({W.NOTIFIED, W.ACCEPTED, W.AGREEMENT_READY})
