"""A provider's life. Source: domain.md §6.7."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.errors import Refused
from portal.kit.lifecycle import Lifecycle


class InstitutionStatus(Codes):
    APPLIED = "APPLIED", _("Applied")
    VERIFYING = "VERIFYING", _("Being verified")
    ACTIVE = "ACTIVE", _("Active")
    SUSPENDED = "SUSPENDED", _("Suspended")
    RETIRED = "RETIRED", _("Retired")


class ReviewMode(Codes):
    """Who decides about requests for the institution's data; said before anybody applies."""

    OWN = "OWN", _("Own review boards decide about every request")
    JOINT = "JOINT", _("Takes part in joint review: one decision for several institutions")
    RECOGNISES = "RECOGNISES", _("Recognises the decision of another institution's board")
    ENTRUSTED = "ENTRUSTED", _("Entrusts the review to a public board")


LIFECYCLE = Lifecycle(
    name="institution",
    states=InstitutionStatus,
    initial=InstitutionStatus.APPLIED,
    moves={
        ("APPLIED", "start_verification"): "VERIFYING",
        ("APPLIED", "withdraw"): "RETIRED",
        ("VERIFYING", "activate"): "ACTIVE",
        ("VERIFYING", "return"): "APPLIED",
        ("VERIFYING", "refuse"): "RETIRED",
        ("ACTIVE", "suspend"): "SUSPENDED",
        ("SUSPENDED", "reinstate"): "ACTIVE",
        ("ACTIVE", "retire"): "RETIRED",
        ("SUSPENDED", "retire"): "RETIRED",
    },
)
SEEN = (InstitutionStatus.ACTIVE, InstitutionStatus.SUSPENDED)
APPLYING = (InstitutionStatus.APPLIED, InstitutionStatus.VERIFYING)
STEPS = (  # whose target days and measured days are kept; domain.md §6.14
    "quote",
    "irb_exemption",
    "irb_expedited",
    "irb_full",
    "drb",
    "drb_joint",
    "drb_recognised",
    "contract",
    "preparation",
    "adequacy",
    "export_review",
)

RATES = ("quote", "review")  # shares that later stages measure: of requests quoted, of reviews that allowed the use
LONGEST_DAYS = 250
CAPITAL_AREA = frozenset({"SEOUL", "INCHEON", "GYEONGGI"})


def check_active(status: str) -> None:
    """What is not verified yet is prepared, but not handed in. Raises Refused."""
    if status in APPLYING:
        raise Refused(
            _("Your institution is still being verified: prepare as much as you like and hand it in afterwards."), "not_verified"
        )


def check_claimant(asks: str, seen: str) -> None:
    """asks: ref of the organisation that asks to act for an institution now, "" for none; seen: of the one that was looked at.

    Who decides decides about what was seen. Raises Refused.
    """
    if not asks:
        raise Refused(
            _("Nobody asks to act for this institution any more. Go back to the record to see what became of it."), "no_claim"
        )
    if asks != seen:
        raise Refused(
            _(
                "Another organisation asks by now than the one that you looked at. Go back to the record, look at it, then decide."
            ),
            "other_claimant",
        )


def rate(positive: int, n: int, least: int, as_of: date) -> dict[str, Any]:
    """A share as it is kept: permille of n cases, or nothing but the least number of cases where there are fewer."""
    told = {"least": least, "as_of": as_of.isoformat()}
    return {**told, "permille": round(positive * 1000 / n), "n": n} if n and n >= least else told


USUAL_DAYS = {  # where an institution says nothing: what the programme reckons with; domain.md §6.14, a proposal
    "quote": 15,
    "irb_exemption": 5,
    "irb_expedited": 10,
    "irb_full": 20,
    "drb": 15,
    "drb_joint": 20,
    "drb_recognised": 5,
    "contract": 10,
    "preparation": 20,
    "adequacy": 5,
    "export_review": 5,
}

EVENT_WORDS = {
    "institution.registered": _("Institution registered"),
    "institution.revised": _("Institution revised"),
    "institution.applied": _("Asked to become a provider"),
    "institution.attached": _("Organisation connected with the institution"),
    "institution.verification_started": _("Verification started"),
    "institution.activated": _("Institution active"),
    "institution.application_returned": _("Application sent back"),
    "institution.application_revised": _("Application completed"),
    "institution.application_withdrawn": _("Application withdrawn"),
    "institution.claimed": _("An organisation asked to act for the institution"),
    "institution.claim_refused": _("The request to act for the institution was refused"),
    "institution.rate_measured": _("Share of positive answers measured"),
    "institution.service_set": _("Service levels published"),
    "institution.refused": _("Institution refused"),
    "institution.suspended": _("Institution suspended"),
    "institution.reinstated": _("Institution reinstated"),
    "institution.retired": _("Institution retired"),
    "institution.measured": _("Working days measured"),
    "institution.target_days_set": _("Target days promised"),
}
