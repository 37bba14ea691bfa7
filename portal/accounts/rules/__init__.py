"""Roles and what must not be one person. Source: domain.md §6.13 (separation of duties)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes

SIGN_UP_DAYS = 30  # how long a sign-up waits to be confirmed
ROLE_YEARS = 3  # how long records of roles are kept after they ended


def forgotten_address(ref: str) -> str:
    """What stands in place of the e-mail address of somebody who was forgotten; no mail can reach it."""
    return f"{ref}@forgotten.invalid"


class OrganisationKind(Codes):
    COMPANY = "COMPANY", _("Company")
    PROVIDER = "PROVIDER", _("Provider")
    OPERATOR = "OPERATOR", _("Operating agency")
    MINISTRY = "MINISTRY", _("Ministry")


class MembershipStatus(Codes):
    REQUESTED = "REQUESTED", _("Waiting for approval")
    INVITED = "INVITED", _("Invited")
    ACTIVE = "ACTIVE", _("Member")
    ENDED = "ENDED", _("Ended")
    REFUSED = "REFUSED", _("Refused")


class Role(Codes):
    REPRESENTATIVE = "REPRESENTATIVE", _("Applicant, representative")
    STAFF_MEMBER = "STAFF_MEMBER", _("Applicant, staff")
    PROVIDER_MANAGER = "PROVIDER_MANAGER", _("Provider manager")
    PROVIDER_APPROVER = "PROVIDER_APPROVER", _("Provider, agrees to quotes")
    PROVIDER_DRB_SECRETARY = "PROVIDER_DRB_SECRETARY", _("Review-board secretary")
    IRB_LIAISON = "IRB_LIAISON", _("IRB liaison")
    DRB_MEMBER = "DRB_MEMBER", _("Review-board member")
    OPERATOR_CASE = "OPERATOR_CASE", _("Operating agency, case desk")
    OPERATOR_FINANCE = "OPERATOR_FINANCE", _("Operating agency, finance")
    PAYMENT_REGISTRAR = "PAYMENT_REGISTRAR", _("Payment registrar")
    EVALUATOR = "EVALUATOR", _("Evaluator")
    MINISTRY_OFFICER = "MINISTRY_OFFICER", _("Ministry case officer")
    MINISTRY_APPROVER = "MINISTRY_APPROVER", _("Ministry approver")
    OBJECTION_REVIEWER = "OBJECTION_REVIEWER", _("Objection reviewer")
    AUDITOR = "AUDITOR", _("Auditor")
    STAT_VIEWER = "STAT_VIEWER", _("Statistics viewer")
    SYSADMIN = "SYSADMIN", _("System administrator")


class KeyState(Codes):
    ACTIVE = "ACTIVE", _("Active")
    EXPIRED = "EXPIRED", _("Expired")
    REVOKED = "REVOKED", _("Revoked")


def key_state(revoked_at: datetime | None, expires_at: datetime, now: datetime) -> KeyState:
    """Of an API key, now; it ends at `expires_at` exactly."""
    if revoked_at is not None:
        return KeyState.REVOKED
    return KeyState.EXPIRED if expires_at <= now else KeyState.ACTIVE


def key_reminder(
    *, created_at: datetime, expires_at: datetime, now: datetime, days: Iterable[int], told: int | None
) -> int | None:
    """Which of `days` before its end is reached and not told yet; the nearest to the end. told: the last one that was told.

    None: nothing is to be told; a key that was made for fewer days than that is not reminded of at once.
    """
    lasts = expires_at - created_at
    reached = [one for one in days if timedelta(days=one) < lasts and expires_at - timedelta(days=one) <= now < expires_at]
    nearest = min(reached, default=None)
    return None if nearest is None or (told is not None and told <= nearest) else nearest


COMPANY_ROLES = frozenset({Role.REPRESENTATIVE, Role.STAFF_MEMBER})
PROVIDER_ROLES = frozenset(
    {Role.PROVIDER_MANAGER, Role.PROVIDER_APPROVER, Role.PROVIDER_DRB_SECRETARY, Role.IRB_LIAISON, Role.DRB_MEMBER}
)
STAFF_ROLES = frozenset(
    {
        Role.OPERATOR_CASE,
        Role.OPERATOR_FINANCE,
        Role.PAYMENT_REGISTRAR,
        Role.MINISTRY_OFFICER,
        Role.MINISTRY_APPROVER,
        Role.OBJECTION_REVIEWER,
        Role.AUDITOR,
        Role.STAT_VIEWER,
        Role.SYSADMIN,
    }
)
SECOND_FACTOR_ROLES = STAFF_ROLES | PROVIDER_ROLES | {Role.EVALUATOR}
ADMIN_ROLES = STAFF_ROLES  # who may open /admin/
EVERYWHERE_ROLES = STAFF_ROLES | {Role.EVALUATOR}  # an organisation on such a grant says where they work, not a limit
SEES_ALL_ROLES = frozenset(
    {
        Role.OPERATOR_CASE,
        Role.OPERATOR_FINANCE,
        Role.PAYMENT_REGISTRAR,
        Role.MINISTRY_OFFICER,
        Role.MINISTRY_APPROVER,
        Role.AUDITOR,
        Role.SYSADMIN,
    }
)

_APART: tuple[tuple[frozenset[Role], frozenset[Role]], ...] = (
    (frozenset({Role.EVALUATOR}), STAFF_ROLES | COMPANY_ROLES),
    (COMPANY_ROLES, STAFF_ROLES | PROVIDER_ROLES),
    (PROVIDER_ROLES, STAFF_ROLES),
    (frozenset({Role.MINISTRY_OFFICER}), frozenset({Role.MINISTRY_APPROVER})),
    (frozenset({Role.OPERATOR_FINANCE}), frozenset({Role.PAYMENT_REGISTRAR})),
    (frozenset({Role.OBJECTION_REVIEWER}), STAFF_ROLES - {Role.OBJECTION_REVIEWER}),
    (frozenset({Role.AUDITOR}), STAFF_ROLES - {Role.AUDITOR, Role.STAT_VIEWER}),
)


def incompatible(held: Iterable[str], wanted: str) -> str | None:
    """The held role that excludes `wanted` in one person, or None."""
    for role in held:
        for left, right in _APART:
            if (role in left and wanted in right) or (role in right and wanted in left):
                return role
    return None


def business_role(kind: str) -> str:
    """With which role an organisation's own business is done; empty: every member does it.

    A provider's review boards decide on access alone: offers, agreements, deliveries and money are its manager's.
    """
    return Role.PROVIDER_MANAGER if kind == OrganisationKind.PROVIDER else ""


def roles_within(kind: str) -> tuple[Role, ...]:
    """The roles that an organisation's own manager gives to its members; a company's follow from the membership itself."""
    return tuple(role for role in Role if role in PROVIDER_ROLES) if kind == OrganisationKind.PROVIDER else ()


def bound_to(role: str) -> OrganisationKind | None:
    """The kind of organisation for which alone a role is given; None: the role works everywhere."""
    if role in COMPANY_ROLES:
        return OrganisationKind.COMPANY
    return OrganisationKind.PROVIDER if role in PROVIDER_ROLES else None


@dataclass(frozen=True)
class ConsentText:
    """What is shown and asked. A changed text gets a new version; what was agreed to keeps the old one.

    Contents as 개인정보 보호법 제15조제2항 and 제17조제2항 ask: purpose, items, how long, and what a refusal means.
    """

    kind: str
    version: str
    title: Promise | str
    purpose: Promise | str
    items: Promise | str
    kept: Promise | str
    refusal: Promise | str
    required: bool


SIGNUP_CONSENTS: tuple[ConsentText, ...] = (
    ConsentText(
        "PRIVACY",
        "2026-11",
        _("Collection and use of personal data"),
        _("To sign you in, to handle applications and projects, and to send you notices about them."),
        _("Name, e-mail address, sign-in records."),
        _("Until you leave the portal; records of applications for five years after the project ends."),
        _("You may refuse. Without this consent an account cannot be made."),
        True,
    ),
    ConsentText(
        "NEWS",
        "2026-11",
        _("News about calls by e-mail"),
        _("To tell you when a new call opens."),
        _("E-mail address."),
        _("Until you withdraw the consent."),
        _("You may refuse. You can use every part of the portal without it."),
        False,
    ),
)


CONSENT_WORDS: dict[str, Promise | str] = {
    **{text.kind: text.title for text in SIGNUP_CONSENTS},
    "THIRD_PARTY": _("Provision of data to third parties"),
    "ELECTRONIC_SERVICE": _("Electronic service of decisions"),
    "NO_PROXY": _("Declaration: no broker applied in our name"),
    "NO_DUPLICATE": _("Declaration: no other support for the same content"),
    "TRUTH": _("Declaration: everything stated is true"),
}
