"""One message to several providers: what stops one of them, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MOST_AT_ONCE = 20  # as many as a ranking shows
REFUSED: dict[str, str | Promise] = {
    "asked_already": _("You had asked this institution for this already."),
    "not_in_portal": _("This institution does not answer in the portal. Turn to it by its own page."),
    "not_published": _("This dataset or offer is not published any more."),
    "demo_offer": _("Demonstration offers answer only needs of demonstration calls."),
}


def refused_words(code: str) -> str | Promise:
    return REFUSED.get(code, _("It could not be sent. Try again from its own page."))
