"""Who acts for an institution of the list: an organisation asks, the operating agency confirms or refuses whom it looked at."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from portal.accounts.rules import OrganisationKind
from portal.journal.actions import close_duty
from portal.journal.actions import record as journal
from portal.kit.access import require, require_somebody
from portal.kit.errors import Refused
from providers.institutions import notices, rules
from providers.institutions.actions.verifying import ask_to_verify, locked, organisation_for, reasoned
from providers.institutions.models import Institution


@transaction.atomic
def claim(*, institution_id: int, by: Any) -> Institution:
    """Somebody asks to act for an institution of the list for which nobody acts yet, and becomes the first manager once the
    operating agency agrees. Writes: Organisation, Membership, RoleGrant, claimant, Event, Duty verify_institution, Notice."""
    require_somebody(by)
    institution = locked(institution_id)
    organisation = organisation_for(by, institution.name_ko, institution.name_en)
    if institution.organisation_id or institution.claimant_id or institution.status not in rules.SEEN:
        raise Refused(
            _("Somebody acts for this institution already, or asked to. Ask that colleague for an invitation."), "claimed"
        )
    if institution.is_demo != organisation.is_demo:
        raise Refused(_("Only a provider's organisation of the same kind, demo or real, can be chosen."), "wrong_kind")
    institution.claimant = organisation
    institution.save()
    journal("institution.claimed", institution, by=by, organisations={organisation.pk})
    ask_to_verify(institution, by)
    notices.institution_applied(institution, organisation)
    return institution


@transaction.atomic
def refuse_claim(*, institution_id: int, claimant: str, reason: str, by: Any) -> Institution:
    """The organisation that asked does not act for the institution. claimant: ref of the one that was looked at.

    Writes: claimant, Event institution.claim_refused, Notice. Raises Refused when another one asks by now.
    """
    institution = locked(institution_id)
    require(by, "providers.manage_institution", institution)
    organisation = _asking(institution, claimant)
    reasoned(reason)
    institution.claimant = None
    institution.save()
    journal("institution.claim_refused", institution, by=by, reason=reason, organisations={organisation.pk})
    close_duty(institution, "verify_institution", by=by)
    notices.institution_refused(institution, organisation, reason)
    return institution


@transaction.atomic
def confirm_claim(*, institution_id: int, claimant: str, by: Any) -> Institution:
    """The organisation that asks acts for the institution from now on. claimant: ref of the one that was looked at.

    Writes: as attach. Raises Refused for one that a colleague refused meanwhile, also when another one asks by now.
    """
    institution = locked(institution_id)
    require(by, "providers.manage_institution", institution)
    return attach(institution_id=institution_id, organisation=_asking(institution, claimant), by=by)


def _asking(institution: Institution, claimant: str) -> Organisation:
    """The organisation that asks to act for a locked institution, as whoever decides saw it. Raises Refused."""
    rules.check_claimant(institution.claimant.ref if institution.claimant else "", claimant)
    assert institution.claimant is not None
    return institution.claimant


@transaction.atomic
def attach(*, institution_id: int, organisation: Organisation, by: Any) -> Institution:
    """Lets an organisation's people act for the institution. Writes: Institution.organisation, Event."""
    institution = locked(institution_id)
    require(by, "providers.manage_institution", institution)
    if organisation.kind != OrganisationKind.PROVIDER or organisation.is_demo != institution.is_demo:
        raise Refused(_("Only a provider's organisation of the same kind, demo or real, can be chosen."), "wrong_kind")
    asked = institution.claimant_id == organisation.pk
    institution.organisation, institution.claimant = organisation, None
    institution.save()
    journal("institution.attached", institution, by=by, organisations={organisation.pk})
    if asked:
        close_duty(institution, "verify_institution", by=by)
        notices.institution_verified(institution, organisation)
    return institution
