"""What a signal is about, how strong it is, and what a person does with it."""

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.rounds.rules import SignallingPolicy

VERSION = "1"  # of the rules; it is kept with what they found


class SignalKind(Codes):
    RELATED_SIDES = "RELATED_SIDES", _("Company and provider belong together")
    RELATED_APPLICANTS = "RELATED_APPLICANTS", _("Applicants belong together")
    SAME_CONTACT = "SAME_CONTACT", _("One contact for many applicants")
    SAME_ACCOUNT = "SAME_ACCOUNT", _("One account for several payees")
    SAME_TEXT = "SAME_TEXT", _("Applications with the same text")
    SAME_FILE = "SAME_FILE", _("The same file in different projects")
    SPLIT_PAYMENTS = "SPLIT_PAYMENTS", _("Payments split under an amount")
    FAR_PRICE = "FAR_PRICE", _("Price far above the provider's others")
    CONCENTRATION = "CONCENTRATION", _("A provider that lives on one company")


class Strength(Codes):
    NOTABLE = "NOTABLE", _("Notable")
    STRONG = "STRONG", _("Strong")


class SignalStatus(Codes):
    OPEN = "OPEN", _("To be decided")
    WATCHED = "WATCHED", _("Watched")
    REFERRED = "REFERRED", _("Referred")
    DISMISSED = "DISMISSED", _("Dismissed")


class Side(Codes):
    COMPANY = "COMPANY", _("Company")
    INSTITUTION = "INSTITUTION", _("Provider")


S = SignalStatus
LIFECYCLE = Lifecycle(
    "signal",
    S,
    S.OPEN,
    {
        (S.OPEN, "watch_signal"): S.WATCHED,
        (S.OPEN, "refer_signal"): S.REFERRED,
        (S.OPEN, "dismiss_signal"): S.DISMISSED,
        (S.WATCHED, "refer_signal"): S.REFERRED,
        (S.WATCHED, "dismiss_signal"): S.DISMISSED,
        (S.WATCHED, "renew_signal"): S.OPEN,
        (S.REFERRED, "dismiss_signal"): S.DISMISSED,
        (S.REFERRED, "renew_signal"): S.OPEN,
        (S.DISMISSED, "watch_signal"): S.WATCHED,
        (S.DISMISSED, "renew_signal"): S.OPEN,
    },
)


def strength(points: int, policy: SignallingPolicy) -> Strength:
    return Strength.STRONG if points >= policy.strong_from else Strength.NOTABLE
