"""Late entry by exception: a personal code, confirmed by an approver, that ends by itself.

It is an exception from the closing time alone. It ends where equal treatment would: once the evaluation began nobody may
hand in any more, whatever was promised.
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.rounds.rules import RoundStatus

TRIES = 5  # wrong codes after which an officer must send a new one
CODE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: nothing that is read as another
CODE_LENGTH = 12  # signs, 60 bits


class LateStatus(Codes):
    PROPOSED = "PROPOSED", _("Proposed")
    CONFIRMED = "CONFIRMED", _("Confirmed, code sent")
    ENTERED = "ENTERED", _("Code entered")
    USED = "USED", _("Handed in")
    REJECTED = "REJECTED", _("Not confirmed")
    REVOKED = "REVOKED", _("Revoked")
    EXPIRED = "EXPIRED", _("Expired")


L = LateStatus
LATE_PENDING = frozenset({L.PROPOSED, L.CONFIRMED, L.ENTERED})
LATE_LIFECYCLE = Lifecycle(
    "late entry",
    L,
    L.PROPOSED,
    {
        (L.PROPOSED, "confirm_late_entry"): L.CONFIRMED,
        (L.PROPOSED, "reject_late_entry"): L.REJECTED,
        (L.CONFIRMED, "send_late_code"): L.CONFIRMED,
        (L.CONFIRMED, "enter_late_code"): L.ENTERED,
        (L.CONFIRMED, "revoke_late_entry"): L.REVOKED,
        (L.ENTERED, "revoke_late_entry"): L.REVOKED,
        (L.ENTERED, "use_late_entry"): L.USED,
        (L.PROPOSED, "expire_late_entry"): L.EXPIRED,
        (L.CONFIRMED, "expire_late_entry"): L.EXPIRED,
        (L.ENTERED, "expire_late_entry"): L.EXPIRED,
    },
)

LATE_SENTENCES = {
    "evaluation_began": _(
        "The evaluation of this call began. Nobody can be let in late any more: all others were judged without it."
    ),
    "not_announced": _("This call takes no applications, so nobody can be late."),
    "not_later": _("The late entry must end after the call closes."),
    "expired": _("The late entry is over. Its end lies in the past."),
}


def late_fault(*, status: str, closes_at: datetime | None, until: datetime, now: datetime) -> str:
    """Why a late entry to a round in `status` may not stand at `now`, as a code of LATE_SENTENCES; "": it may."""
    if status in {RoundStatus.DRAFT, RoundStatus.REVIEW, RoundStatus.CANCELLED} or closes_at is None:
        return "not_announced"
    if status != RoundStatus.ANNOUNCED:
        return "evaluation_began"
    if until <= closes_at:
        return "not_later"
    return "expired" if until <= now else ""


def clean_code(typed: str) -> str:
    """The code as it was made: without spaces and hyphens, in capitals, with what is easily misread mended."""
    plain = "".join(sign for sign in typed.upper() if sign.isalnum())
    return plain.translate(str.maketrans("OIL", "011"))


def code_words(code: str) -> str:
    """In groups of four, to be read and typed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
