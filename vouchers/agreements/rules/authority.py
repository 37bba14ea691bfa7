"""Authority to sign (서명 권한): on what a person's signature for an organisation rests. Source: domain.md §6.6; issue 5.

A certificate (of the seal in use, or the company register) or a power of attorney, valid on the day of the signature, filed by the
organisation and checked by somebody else at the operating agency or the ministry.
"""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class AuthorityKind(Codes):
    SEAL_CERTIFICATE = "SEAL_CERTIFICATE", _("Certificate of the seal in use")
    REGISTER_EXTRACT = "REGISTER_EXTRACT", _("Extract of the company register")
    POWER_OF_ATTORNEY = "POWER_OF_ATTORNEY", _("Power of attorney")


class AuthorityStatus(Codes):
    FILED = "FILED", _("Filed, to be checked")
    CONFIRMED = "CONFIRMED", _("Checked and on file")
    REFUSED = "REFUSED", _("Not accepted")
    REVOKED = "REVOKED", _("Taken back")


A = AuthorityStatus
AUTHORITY_LIFECYCLE = Lifecycle(
    "signing_authority",
    A,
    A.FILED,
    {
        (A.FILED, "confirm_authority"): A.CONFIRMED,
        (A.FILED, "refuse_authority"): A.REFUSED,
        (A.FILED, "revoke_authority"): A.REVOKED,
        (A.CONFIRMED, "revoke_authority"): A.REVOKED,
    },
)
NO_AUTHORITY = _(
    "No valid authority of yours to sign for %(name)s is on file. File a certificate or a power of attorney under “Authority to sign”,"
    " which stands on your organisation's page; once it is checked, you can sign."
)


def authority_holds(status: str, valid_from: date, valid_until: date, day: date) -> bool:
    """Whether a signature of that day may rest on it. Days are inclusive."""
    return status == A.CONFIRMED and valid_from <= day <= valid_until


def authority_fault(valid_from: date, valid_until: date, today: date) -> str:
    """What is wrong with its days, as a code; "": nothing."""
    if valid_until < valid_from:
        return "authority_order"
    return "authority_past" if valid_until < today else ""


def may_check(person_id: int, concerned: Collection[int]) -> bool:
    """Whether somebody may say that it is in order: neither filed it nor signs by it (four eyes)."""
    return person_id not in concerned
