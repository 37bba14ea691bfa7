"""Disbursement and payment attempt. Source: domain.md §6.11, stack.md (Money).

An attempt row is committed before the bank is called; an unknown outcome is never sent again but reconciled from the
bank's statement, else parked for a person.
"""

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class DisbursementStatus(Codes):
    REQUESTED = "REQUESTED", _("Requested by the provider")
    COMPANY_CONFIRMED = "COMPANY_CONFIRMED", _("Confirmed by the company")
    EVIDENCE_CHECKED = "EVIDENCE_CHECKED", _("Evidence checked")
    RETURNED = "RETURNED", _("Returned")
    APPROVED = "APPROVED", _("Approved")
    REGISTERED = "REGISTERED", _("Registered for payment")
    PAID = "PAID", _("Paid")
    FAILED = "FAILED", _("Transfer failed")


class AttemptState(Codes):
    CLAIMED = "CLAIMED", _("Claimed, not sent yet")
    SENT = "SENT", _("Sent, no answer yet")
    UNKNOWN = "UNKNOWN", _("Outcome unknown")
    PAID = "PAID", _("Paid")
    REFUSED = "REFUSED", _("Refused by the bank")
    PARKED = "PARKED", _("Waiting for a person")


S, T = DisbursementStatus, AttemptState
LIFECYCLE = Lifecycle(
    "disbursement",
    S,
    S.REQUESTED,
    {
        (S.REQUESTED, "confirm_disbursement"): S.COMPANY_CONFIRMED,
        (S.REQUESTED, "return_disbursement"): S.RETURNED,
        (S.COMPANY_CONFIRMED, "check_evidence"): S.EVIDENCE_CHECKED,
        (S.COMPANY_CONFIRMED, "return_disbursement"): S.RETURNED,
        (S.RETURNED, "resubmit_disbursement"): S.REQUESTED,
        (S.EVIDENCE_CHECKED, "approve_disbursement"): S.APPROVED,
        (S.EVIDENCE_CHECKED, "return_disbursement"): S.RETURNED,
        (S.APPROVED, "register_disbursement"): S.REGISTERED,
        (S.REGISTERED, "settle_paid"): S.PAID,
        (S.REGISTERED, "settle_failed"): S.FAILED,
        (S.FAILED, "retry_disbursement"): S.REGISTERED,
    },
)
ATTEMPT_LIFECYCLE = Lifecycle(
    "payment_attempt",
    T,
    T.CLAIMED,
    {
        (T.CLAIMED, "send"): T.SENT,
        (T.SENT, "settle_paid"): T.PAID,
        (T.SENT, "settle_refused"): T.REFUSED,
        (T.SENT, "lose_track"): T.UNKNOWN,
        (T.CLAIMED, "lose_track"): T.UNKNOWN,
        (T.UNKNOWN, "settle_paid"): T.PAID,
        (T.UNKNOWN, "settle_refused"): T.REFUSED,
        (T.UNKNOWN, "park"): T.PARKED,
        (T.PARKED, "settle_paid"): T.PAID,
        (T.PARKED, "settle_refused"): T.REFUSED,
    },
)
LIVE_ATTEMPTS = frozenset({T.CLAIMED, T.SENT, T.UNKNOWN, T.PARKED})
