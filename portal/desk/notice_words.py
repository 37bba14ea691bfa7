"""Every notice's name for people, as it stands in the list where they choose what comes by e-mail."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, str | Promise] = {
    "duty_reminder": _("Reminder before a due day"),
    "document_infected": _("A virus was found in an uploaded file"),
    "membership_decided": _("Your request to join was decided"),
    "membership_ended": _("Your membership ended"),
    "membership_requested": _("A colleague asks to join"),
    "role_ended": _("A role of yours was ended"),
    "role_granted": _("A role was given to you"),
}


def words(template: str) -> str:
    """The words of a notice; its readable code when nobody wrote some (a test finds those)."""
    return str(WORDS.get(template) or template.replace("_", " ").capitalize())
