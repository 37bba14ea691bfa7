"""The only code that writes institutions."""

from providers.institutions.actions.claiming import attach, claim, confirm_claim, refuse_claim
from providers.institutions.actions.registering import register_reference
from providers.institutions.actions.serving import (
    SERVICE,
    record_measured_days,
    record_measured_rate,
    set_service,
    set_target_days,
)
from providers.institutions.actions.verifying import (
    FACTS,
    VERIFY_DAYS,
    activate,
    apply,
    apply_as_new,
    refuse,
    reinstate,
    retire,
    return_application,
    revise,
    start_verification,
    suspend,
    withdraw,
)

__all__ = [
    "FACTS", "SERVICE", "VERIFY_DAYS", "activate", "apply", "apply_as_new", "attach", "claim", "confirm_claim", "record_measured_days", "record_measured_rate",
    "refuse", "refuse_claim", "register_reference", "reinstate", "retire", "return_application", "revise", "set_service", "set_target_days",
    "start_verification", "suspend", "withdraw",
]  # fmt: skip
