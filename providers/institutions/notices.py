"""What an institution is told on its way to becoming a provider."""

from collections.abc import Callable

from portal.accounts.models import Organisation
from portal.accounts.rules import Role
from portal.journal.actions import tell
from providers.institutions.models import Institution


def institution_applied(institution: Institution, organisation: Organisation) -> None:
    """A receipt: what happens next."""
    _tell("institution_applied", institution, organisation)


def institution_verified(institution: Institution, organisation: Organisation, reason: str = "") -> None:
    _tell("institution_verified", institution, organisation)


def institution_refused(institution: Institution, organisation: Organisation, reason: str) -> None:
    _tell("institution_refused", institution, organisation, reason)


def institution_returned(institution: Institution, organisation: Organisation, reason: str) -> None:
    _tell("institution_returned", institution, organisation, reason)


def institution_suspended(institution: Institution, organisation: Organisation, reason: str) -> None:
    """Suspended or retired, with the reason."""
    _tell("institution_suspended", institution, organisation, reason)


def _tell(template: str, institution: Institution, organisation: Organisation, reason: str = "") -> None:
    tell(
        template, app="providers", subject=institution, organisation=organisation, role=Role.PROVIDER_MANAGER,
        url="/providers/application/",
        context={
            "institution_ko": institution.name_ko, "institution_en": institution.name_en, "receipt": institution.ref, "reason": reason,
        },
    )  # fmt: skip


TOLD: dict[str, Callable[[Institution, Organisation, str], None]] = {
    "activate": institution_verified,
    "refuse": institution_refused,
    "return": institution_returned,
    "suspend": institution_suspended,
    "retire": institution_suspended,
}
