"""A quote is prepared, agreed to inside the institution, and only then sent. Source: issue 4, quotes; pure."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.errors import Refused
from portal.kit.lifecycle import Lifecycle


class DraftStatus(Codes):
    PREPARED = "PREPARED", _("Waiting for agreement in the institution")
    SENT = "SENT", _("Sent to the company")
    RETURNED = "RETURNED", _("Returned to whoever prepared it")
    REPLACED = "REPLACED", _("Replaced by a newer one")
    LAPSED = "LAPSED", _("Fell away with the request")


class AgreedBy(Codes):
    """How the investigator agreed."""

    ACCOUNT = "ACCOUNT", _("Signed in to the portal")
    LINK = "LINK", _("Through the e-mailed link")


D = DraftStatus
DRAFT_LIFECYCLE = Lifecycle(
    "quote_draft",
    D,
    D.PREPARED,
    {
        (D.PREPARED, "agree"): D.PREPARED,
        (D.PREPARED, "send"): D.SENT,
        (D.PREPARED, "return"): D.RETURNED,
        (D.PREPARED, "replace"): D.REPLACED,
        (D.PREPARED, "lapse"): D.LAPSED,
    },
)


def missing(*, approved: bool, investigator_needed: bool, investigator_agreed: bool) -> tuple[str, ...]:
    """Whose agreement a draft still waits for: `approver`, `investigator`."""
    waits = {"approver": not approved, "investigator": investigator_needed and not investigator_agreed}
    return tuple(who for who, waiting in waits.items() if waiting)


def check_approver(approver: int, *, prepared_by: int, investigator: int | None) -> None:
    """Raises Refused when the approver prepared the quote, or is the investigator who agrees for the research."""
    if approver == prepared_by:
        raise Refused(_("You prepared this quote, so somebody else of your institution must agree to it."), "own_quote")
    if approver == investigator:
        raise Refused(
            _("You agree to this quote as the principal investigator. The approver must be somebody else."), "own_research"
        )


def check_belongs(name: str, *, member: bool) -> None:
    """Who agrees for the research belongs to the institution on that day. Raises Refused."""
    if not member:
        sentence = _(
            "You no longer belong to %(name)s, so you cannot agree in its name. Its office prepares the quote again and names another investigator."
        )
        raise Refused(sentence % {"name": name}, "not_of_institution")


def check_supplies(name: str, *, active: bool) -> None:
    """Nothing is quoted by an institution that does not supply at present, nor agreed with it. Raises Refused."""
    if not active:
        raise Refused(
            _(
                "%(name)s does not supply data through the portal at present. Nothing can be quoted, accepted or confirmed until it does again; the operating agency knows more."
            )
            % {"name": name},
            "institution_inactive",
        )


def check_investigator(name: str, email: str, *, needed: bool) -> tuple[str, str]:
    """(name, address) as they are kept; both empty where the round asks for none. Raises Refused naming the field."""
    name, email = " ".join(name.split()), email.strip().lower()
    if not needed:
        return "", ""
    if not name:
        raise Refused(
            _("Name the principal investigator who is responsible for this data."), "no_investigator", "investigator_name"
        )
    if not email:
        raise Refused(
            _("Enter the investigator's e-mail address: that is where the agreement is asked for."),
            "no_address",
            "investigator_email",
        )
    return name[:80], email


def link_holds(status: str, *, agreed: bool, until: datetime | None, now: datetime) -> bool:
    """Whether the e-mailed link still opens the quote: once, while it waits, until its day."""
    return status == D.PREPARED and not agreed and until is not None and now < until


DRAFT_EVENT_WORDS = {
    "quote_draft.prepared": _("Quote prepared"),
    "quote_draft.approved": _("Agreed to by the institution's approver"),
    "quote_draft.investigator_agreed": _("Agreed to by the principal investigator"),
    "quote_draft.link_sent": _("The link was sent to the investigator again"),
    "quote_draft.returned": _("Returned to whoever prepared it"),
    "quote_draft.sent": _("Quote sent to the company"),
    "quote_draft.replaced": _("Replaced by a newer draft"),
    "quote_draft.lapsed": _("The draft fell away with the request"),
}
