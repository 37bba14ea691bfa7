"""Scores, selection under slots and budget, awards. Source: domain.md §6.3, 6.4, 6.13."""

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class AssignmentStatus(Codes):
    INVITED = "INVITED", _("Invited")
    ACCEPTED = "ACCEPTED", _("Accepted, no conflict")
    DECLINED = "DECLINED", _("Declined")
    RECUSED = "RECUSED", _("Recused for a conflict")
    SUBMITTED = "SUBMITTED", _("Scores handed in")
    LOCKED = "LOCKED", _("Locked")


class RunStatus(Codes):
    PROPOSED = "PROPOSED", _("Proposed")
    CONFIRMED = "CONFIRMED", _("Confirmed and released")
    DISCARDED = "DISCARDED", _("Discarded")


class Outcome(Codes):
    SELECTED = "SELECTED", _("Selected")
    RESERVE = "RESERVE", _("Reserve list")
    NOT_SELECTED = "NOT_SELECTED", _("Not selected")


class AwardStatus(Codes):
    NOTIFIED = "NOTIFIED", _("Notified")
    ACCEPTED = "ACCEPTED", _("Accepted")
    DECLINED = "DECLINED", _("Declined")
    LAPSED = "LAPSED", _("Lapsed")
    AGREEMENT_READY = "AGREEMENT_READY", _("Agreement drafted")


A, R, W = AssignmentStatus, RunStatus, AwardStatus
ASSIGNMENT_LIFECYCLE = Lifecycle(
    "assignment",
    A,
    A.INVITED,
    {
        (A.INVITED, "accept"): A.ACCEPTED,
        (A.INVITED, "decline"): A.DECLINED,
        (A.INVITED, "recuse"): A.RECUSED,
        (A.ACCEPTED, "recuse"): A.RECUSED,
        (A.ACCEPTED, "submit_scores"): A.SUBMITTED,
        (A.SUBMITTED, "lock"): A.LOCKED,
    },
)
RUN_LIFECYCLE = Lifecycle(
    "selection_run",
    R,
    R.PROPOSED,
    {(R.PROPOSED, "confirm_selection"): R.CONFIRMED, (R.PROPOSED, "discard"): R.DISCARDED},
)
AWARD_LIFECYCLE = Lifecycle(
    "award",
    W,
    W.NOTIFIED,
    {
        (W.NOTIFIED, "accept_award"): W.ACCEPTED,
        (W.NOTIFIED, "decline_award"): W.DECLINED,
        (W.NOTIFIED, "lapse"): W.LAPSED,
        (W.ACCEPTED, "prepare_agreement"): W.AGREEMENT_READY,
    },
)
