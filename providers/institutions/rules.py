"""A provider's life. Source: domain.md §6.7."""

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class InstitutionStatus(Codes):
    APPLIED = "APPLIED", _("Applied")
    VERIFYING = "VERIFYING", _("Being verified")
    ACTIVE = "ACTIVE", _("Active")
    SUSPENDED = "SUSPENDED", _("Suspended")
    RETIRED = "RETIRED", _("Retired")


LIFECYCLE = Lifecycle(
    name="institution",
    states=InstitutionStatus,
    initial=InstitutionStatus.APPLIED,
    moves={
        ("APPLIED", "start_verification"): "VERIFYING",
        ("VERIFYING", "activate"): "ACTIVE",
        ("VERIFYING", "refuse"): "RETIRED",
        ("ACTIVE", "suspend"): "SUSPENDED",
        ("SUSPENDED", "reinstate"): "ACTIVE",
        ("ACTIVE", "retire"): "RETIRED",
        ("SUSPENDED", "retire"): "RETIRED",
    },
)
SEEN = (InstitutionStatus.ACTIVE, InstitutionStatus.SUSPENDED)
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
    "institution.refused": _("Institution refused"),
    "institution.suspended": _("Institution suspended"),
    "institution.reinstated": _("Institution reinstated"),
    "institution.retired": _("Institution retired"),
    "institution.measured": _("Working days measured"),
    "institution.target_days_set": _("Target days promised"),
}
