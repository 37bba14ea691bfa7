"""What officers do for many applications at once: each by itself, and each refusal is kept with its reason."""

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes

AT_ONCE = 20  # applications that are taken while the officer waits; the rest by the sweep
A_SWEEP = 100  # applications that one turn of the sweep takes


class BatchKind(Codes):
    """The verb that every application of a batch goes through."""

    BEGIN_CHECK = "BEGIN_CHECK", _("Begin the eligibility check")
    ASK_TAX = "ASK_TAX", _("Ask the tax service again")
    ASK_RULES = "ASK_RULES", _("Ask every rule again")
    FIND_ELIGIBLE = "FIND_ELIGIBLE", _("Find eligible")


class LineOutcome(Codes):
    WAITING = "WAITING", _("Not done yet")
    DONE = "DONE", _("Done")
    SKIPPED = "SKIPPED", _("Not done")
