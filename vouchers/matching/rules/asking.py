"""Whom one may ask for a quote, and of one message to several providers what stops one of them, in words."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit.errors import Refused
from providers.catalogue.rules import AVAILABLE

MOST_AT_ONCE = 20  # as many as a ranking shows
NOT_IN_PORTAL = _("This institution does not answer quotes in the portal yet. Apply through its own page.")
NOT_PUBLISHED = _("This entry is no longer published. Rank again.")
NOT_OPEN = _("This data cannot be had at present: it is planned, under construction, superseded or closed.")
DEMO_OFFER = _("Demonstration offers answer only needs of demonstration calls.")
NOT_A_SUPPLIER = _(
    "In this call the voucher cannot pay this institution, so an application with its quote would be refused. Copy the need without a call to ask it all the same."
)
HINDRANCES: dict[str, str | Promise] = {
    "not_in_portal": NOT_IN_PORTAL, "demo_offer": DEMO_OFFER, "not_published": NOT_PUBLISHED, "not_open": NOT_OPEN,
    "not_a_supplier": NOT_A_SUPPLIER,
}  # fmt: skip
REFUSED: dict[str, str | Promise] = {
    "asked_already": _("You had asked this institution for this already."),
    "not_in_portal": _("This institution does not answer in the portal. Turn to it by its own page."),
    "not_published": _("This dataset or offer is not published any more."),
    "not_open": NOT_OPEN,
    "demo_offer": DEMO_OFFER,
    "not_a_supplier": NOT_A_SUPPLIER,
}


def hindrance(*, answers: bool, suits_demo: bool, published: bool, there: bool, admitted: bool) -> str:
    """Why no quote can be asked for, as a code of HINDRANCES; "" where it can: the same for the page that shows the button and for
    the action. answers: an active institution with people here; suits_demo: real, or for a need of a demonstration call; published:
    the dataset and, where one is named, its offer stand today; there: the data can be had today, not later and not no more;
    admitted: the need's call lets the voucher pay such an institution.
    """
    told = {
        "not_open": there, "not_in_portal": answers, "demo_offer": suits_demo, "not_published": published, "not_a_supplier": admitted,
    }  # fmt: skip
    return next((code for code, holds in told.items() if not holds), "")


def check_there(status: str | None, name: str) -> None:
    """status: of the dataset that was asked for, None where it was work alone. What is planned, superseded or closed is neither
    asked for nor counted, quoted, accepted or confirmed. Raises Refused."""
    if status not in (None, AVAILABLE):
        sentence = _(
            "“%(name)s” cannot be had at present: it is planned, under construction, superseded or closed. Nothing of it can be asked for, quoted, accepted or confirmed. If that is not right, the institution mends the entry in the catalogue."
        )
        raise Refused(sentence % {"name": name}, "not_open")


def check_paid(names: Iterable[str]) -> None:
    """names: of the institutions that a quote's lines contract with or pay, and that the need's call does not pay. Raises Refused."""
    unpaid = ", ".join(dict.fromkeys(names))
    if unpaid:
        sentence = _(
            "In this call the voucher cannot pay %(names)s. Choose an institution that it pays as contracting party and as payee of every line."
        )
        raise Refused(sentence % {"names": unpaid}, "payee_not_a_supplier", "lines")


def refused_words(code: str) -> str | Promise:
    return REFUSED.get(code, _("It could not be sent. Try again from its own page."))
