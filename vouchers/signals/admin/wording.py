"""Evidence in words."""

from typing import Any
from unicodedata import east_asian_width

from django.utils.translation import gettext as _

from portal.kit.won import won
from vouchers.rounds.rules import Trait
from vouchers.signals.queries import Seen
from vouchers.signals.rules import FileKind


def title(what: str) -> str:
    """What was seen, in a few words."""
    words = {
        "TEXT": _("The same text"), "FILE": _("The same file"), "SPLIT": _("Payments just below an amount"), "PRICE": _("A price far above"),
        "PAIR": _("One company, one provider"),
    }  # fmt: skip
    return words.get(what) or str(Trait.word(what))


def sentence(one: Seen) -> str:
    """What was seen, with its figures."""
    n: dict[str, Any] = one.numbers
    if one.what == "TEXT":
        return (
            _("What these two applications say is the same for %(percent)s percent, without what the call's own template says.")
            % n
        )
    if one.what == "FILE":
        kind = str(FileKind.word(n["kind"]))
        if n["kind"] == FileKind.DELIVERABLE:
            return _("Delivered files that are the same: %(files)s, %(percent)s percent of what was handed in.") % n
        return _("%(kind)s: the very same file stands with both.") % {"kind": kind}
    if one.what == "SPLIT":
        given = {**n, "threshold": won(n["threshold_won"]), "together": won(n["together_won"])}
        return _("%(payments)s payments within %(days)s days, each just below %(threshold)s, %(together)s together.") % given
    if one.what == "PRICE":
        given = {**n, "unit": won(n["unit_won"]), "median": won(n["median_won"])}
        return (
            _(
                "%(unit)s a unit: %(percent)s percent of %(median)s, the median of %(quotes)s other quotes of the same provider for the same thing (%(deviations)s robust deviations)."
            )
            % given
        )
    if one.what == "PAIR":
        given = {**n, "sum": won(n["won"]), "all": won(n["all_won"])}
        return (
            _("%(projects)s projects of this company are %(percent)s percent of what the provider earns: %(sum)s of %(all)s.")
            % given
        )
    return _("%(bearers)s organisations have it in common.") % n


ROOM = 27  # of a box in the picture, in letters of the narrow kind; a Hangul syllable takes two


def short(name: str) -> str:
    """As much of a name as a box holds; the whole of it stands in its title and in the table."""
    taken = 0
    for place, letter in enumerate(name):
        taken += 2 if east_asian_width(letter) in "WF" else 1
        if taken > ROOM:
            return f"{name[: place - 1]}…"
    return name
