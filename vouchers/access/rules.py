"""Data access: two separate tracks, IRB and DRB, and the joint case. Source: domain.md §2.2, 2.3, 6.9.

IRB approval is no permission to pseudonymise, so nothing is provided and no milestone that uses data is accepted before
both tracks of that provider allow it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class RequestStatus(Codes):
    DRAFT = "DRAFT", _("Draft")
    SUBMITTED = "SUBMITTED", _("Submitted")
    SUPPLEMENT = "SUPPLEMENT", _("Supplement requested")
    IN_REVIEW = "IN_REVIEW", _("Reviews under way")
    APPROVED = "APPROVED", _("Approved by both")
    REFUSED = "REFUSED", _("Refused by a board")
    PREPARING = "PREPARING", _("Extraction and pseudonymisation")
    PROVISIONED = "PROVISIONED", _("Data provided")
    IN_USE = "IN_USE", _("In use")
    DESTRUCTION_DUE = "DESTRUCTION_DUE", _("Destruction due")
    DESTROYED = "DESTROYED", _("Destroyed")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


def allowed(status: str) -> bool:
    """Both boards allow the use, and it has not ended yet."""
    at = RequestStatus
    return status in {at.APPROVED, at.PREPARING, at.PROVISIONED, at.IN_USE}


class EthicsKind(Codes):
    INSTITUTION = "INSTITUTION", _("Institution's IRB")
    SHARED = "SHARED", _("Shared IRB")
    SINGLE = "SINGLE", _("Single IRB of the lead institution")


class EthicsRoute(Codes):
    EXEMPTION = "EXEMPTION", _("Exemption")
    EXPEDITED = "EXPEDITED", _("Expedited")
    FULL = "FULL", _("Full board")


class EthicsStatus(Codes):
    NOT_STARTED = "NOT_STARTED", _("Not started")
    UNDER_REVIEW = "UNDER_REVIEW", _("Under review")
    REVISE = "REVISE", _("Revision requested")
    LETTER_FILED = "LETTER_FILED", _("Outside letter filed, to be confirmed")
    EXEMPTION_CONFIRMED = "EXEMPTION_CONFIRMED", _("Exemption confirmed")
    APPROVED = "APPROVED", _("Approved")
    DISAPPROVED = "DISAPPROVED", _("Disapproved")
    EXPIRED = "EXPIRED", _("Expired")


class DrbMode(Codes):
    INSTITUTION = "INSTITUTION", _("Institution's DRB")
    SHARED = "SHARED", _("Shared DRB")
    JOINT = "JOINT", _("Joint DRB")
    INTEGRATED_IRB_DRB = "INTEGRATED_IRB_DRB", _("Integrated IRB–DRB committee")
    RECOGNISED = "RECOGNISED", _("Another institution's result recognised")
    WAIVED = "WAIVED", _("Waived as of the same type")


class DrbStatus(Codes):
    NOT_STARTED = "NOT_STARTED", _("Not started")
    RECEIVED = "RECEIVED", _("Papers received")
    SUPPLEMENT = "SUPPLEMENT", _("Supplement requested")
    UNDER_REVIEW = "UNDER_REVIEW", _("Under review")
    JOINT_PENDING = "JOINT_PENDING", _("Waiting for the joint DRB")
    LETTER_FILED = "LETTER_FILED", _("Outside letter filed, to be confirmed")
    APPROVED = "APPROVED", _("Approved")
    RECOGNISED = "RECOGNISED", _("Recognised")
    WAIVED = "WAIVED", _("Waived")
    REFUSED = "REFUSED", _("Refused by a board")


class JointStatus(Codes):
    INVITING = "INVITING", _("Sites invited")
    UNDER_REVIEW = "UNDER_REVIEW", _("Lead committee reviews")
    APPROVED = "APPROVED", _("Lead committee approved")
    REFUSED = "REFUSED", _("Lead committee refused")


class SiteStatus(Codes):
    INVITED = "INVITED", _("Asked to take part")
    JOINED = "JOINED", _("Takes part")
    OPTED_OUT = "OPTED_OUT", _("Own review")
    ADOPTED = "ADOPTED", _("Joint result adopted")
    ADOPTED_WITH_LOCAL_CONDITION = "ADOPTED_WITH_LOCAL_CONDITION", _("Adopted with a local condition")
    OBJECTED = "OBJECTED", _("Objected, own review")


R, E, D, J, T = RequestStatus, EthicsStatus, DrbStatus, JointStatus, SiteStatus
LIFECYCLE = Lifecycle(
    "access_request",
    R,
    R.DRAFT,
    {
        (R.DRAFT, "submit_request"): R.SUBMITTED,
        (R.SUBMITTED, "request_supplement"): R.SUPPLEMENT,
        (R.SUPPLEMENT, "supply_supplement"): R.SUBMITTED,
        (R.SUBMITTED, "start_review"): R.IN_REVIEW,
        (R.IN_REVIEW, "allow"): R.APPROVED,
        (R.IN_REVIEW, "refuse"): R.REFUSED,
        (R.APPROVED, "prepare"): R.PREPARING,
        (R.PREPARING, "provide"): R.PROVISIONED,
        (R.PROVISIONED, "confirm_receipt"): R.IN_USE,
        (R.IN_USE, "end_use"): R.DESTRUCTION_DUE,
        (R.DESTRUCTION_DUE, "confirm_destruction"): R.DESTROYED,
        (R.DRAFT, "withdraw"): R.WITHDRAWN,
        (R.SUBMITTED, "withdraw"): R.WITHDRAWN,
        (R.SUPPLEMENT, "withdraw"): R.WITHDRAWN,
        (R.IN_REVIEW, "withdraw"): R.WITHDRAWN,
        (R.APPROVED, "withdraw"): R.WITHDRAWN,
    },
)
ETHICS_LIFECYCLE = Lifecycle(
    "ethics_review",
    E,
    E.NOT_STARTED,
    {
        (E.NOT_STARTED, "start"): E.UNDER_REVIEW,
        (E.UNDER_REVIEW, "file_letter"): E.LETTER_FILED,
        (E.LETTER_FILED, "refuse_letter"): E.UNDER_REVIEW,
        (E.LETTER_FILED, "confirm_exemption"): E.EXEMPTION_CONFIRMED,
        (E.LETTER_FILED, "approve"): E.APPROVED,
        (E.UNDER_REVIEW, "revise"): E.REVISE,
        (E.REVISE, "resubmit"): E.UNDER_REVIEW,
        (E.UNDER_REVIEW, "confirm_exemption"): E.EXEMPTION_CONFIRMED,
        (E.UNDER_REVIEW, "approve"): E.APPROVED,
        (E.UNDER_REVIEW, "disapprove"): E.DISAPPROVED,
        (E.APPROVED, "expire"): E.EXPIRED,
        (E.EXEMPTION_CONFIRMED, "expire"): E.EXPIRED,
    },
)
DRB_LIFECYCLE = Lifecycle(
    "data_review",
    D,
    D.NOT_STARTED,
    {
        (D.NOT_STARTED, "receive"): D.RECEIVED,
        (D.NOT_STARTED, "await_joint"): D.JOINT_PENDING,
        (D.RECEIVED, "file_letter"): D.LETTER_FILED,
        (D.LETTER_FILED, "recognise"): D.RECOGNISED,
        (D.LETTER_FILED, "refuse_letter"): D.RECEIVED,
        (D.RECEIVED, "start"): D.UNDER_REVIEW,
        (D.RECEIVED, "ask_supplement"): D.SUPPLEMENT,
        (D.SUPPLEMENT, "resubmit"): D.RECEIVED,
        (D.RECEIVED, "waive"): D.WAIVED,
        (D.UNDER_REVIEW, "approve"): D.APPROVED,
        (D.UNDER_REVIEW, "refuse"): D.REFUSED,
        (D.JOINT_PENDING, "adopt"): D.APPROVED,
        (D.JOINT_PENDING, "object"): D.RECEIVED,
        (D.JOINT_PENDING, "opt_out"): D.RECEIVED,
        (D.JOINT_PENDING, "fall_back"): D.RECEIVED,
    },
)
JOINT_LIFECYCLE = Lifecycle(
    "joint_review",
    J,
    J.INVITING,
    {
        (J.INVITING, "start"): J.UNDER_REVIEW,
        (J.UNDER_REVIEW, "approve"): J.APPROVED,
        (J.UNDER_REVIEW, "refuse"): J.REFUSED,
    },
)
SITE_LIFECYCLE = Lifecycle(
    "site_participation",
    T,
    T.INVITED,
    {
        (T.INVITED, "join"): T.JOINED,
        (T.INVITED, "opt_out"): T.OPTED_OUT,
        (T.INVITED, "fall_back"): T.OPTED_OUT,
        (T.JOINED, "adopt"): T.ADOPTED,
        (T.JOINED, "adopt_with_condition"): T.ADOPTED_WITH_LOCAL_CONDITION,
        (T.JOINED, "object"): T.OBJECTED,
        (T.JOINED, "fall_back"): T.OPTED_OUT,
    },
)

ETHICS_ALLOWS = frozenset({E.EXEMPTION_CONFIRMED, E.APPROVED})
DRB_ALLOWS = frozenset({D.APPROVED, D.RECOGNISED, D.WAIVED})


def dossier_hash(body: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical content of a dossier as a board received it."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def both_allow(ethics_status: str, drb_status: str, *, valid_to: date | None, today: date) -> bool:
    """True when both tracks of one provider allow the use: separate decisions, neither replaces the other.

    valid_to: last day on which the IRB's decision counts; None: without end.
    """
    in_time = valid_to is None or today <= valid_to
    return ethics_status in ETHICS_ALLOWS and drb_status in DRB_ALLOWS and in_time


def dossier_open(status: str, ethics_status: str, drb_status: str) -> bool:
    """Whether the company may change the dossier for this provider: a draft, or a board waits for a revision (⏸)."""
    if status == R.IN_REVIEW:
        return ethics_status == E.REVISE or drb_status == D.SUPPLEMENT
    return status in {R.DRAFT, R.SUPPLEMENT}


# ── How long steps take (domain.md §6.14: compute actual medians, show both) ─────────────────────────
ETHICS_STEPS: Mapping[str, str] = {
    EthicsRoute.EXEMPTION: "irb_exemption",
    EthicsRoute.EXPEDITED: "irb_expedited",
    EthicsRoute.FULL: "irb_full",
}
DRB_STEPS: Mapping[str, str] = {
    DrbMode.INSTITUTION: "drb",
    DrbMode.JOINT: "drb_joint",
}  # a recognised letter has no beginning of its own
LEAST_MEASURED, NEWEST_MEASURED = 3, 100  # cases: fewer say nothing, older ones nothing about today


def median(days: Sequence[int]) -> int:
    """The middle one; of two the longer, so that nobody is promised too much. days: not empty."""
    return sorted(days)[len(days) // 2]
