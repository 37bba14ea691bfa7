"""How many patients? A count before any review, answered as a band; small counts are never told. Source: domain.md §6.8."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.errors import Refused
from portal.kit.lifecycle import Lifecycle
from vouchers.matching.rules import telling


class FeasibilityStatus(Codes):
    ASKED = "ASKED", _("Count asked for")
    ANSWERED = "ANSWERED", _("Count answered")
    REFUSED = "REFUSED", _("Count refused")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")
    EXPIRED = "EXPIRED", _("Expired")


class Reason(Codes):
    """Why nothing was counted. That there are too few is no reason: a band answers that."""

    CANNOT_SEARCH = "CANNOT_SEARCH", _("The conditions cannot be searched for in this data")
    NOT_PERMITTED = "NOT_PERMITTED", _("Counting needs a permission that the institution does not have before a review")
    NO_STAFF = "NO_STAFF", _("Nobody can count within the time given")
    DATA_MOVED = "DATA_MOVED", _("The data is being rebuilt or moved at present")
    OTHER = "OTHER", _("Another reason")


class Basis(Codes):
    """How the count came about: chosen, never written, since a sentence could tell the number."""

    COUNTED = "COUNTED", _("Counted by all conditions")
    PARTLY = "PARTLY", _("Counted without the conditions that cannot be searched for")
    ESTIMATED = "ESTIMATED", _("Estimated")


S = FeasibilityStatus
FEASIBILITY_LIFECYCLE = Lifecycle(
    "feasibility_query",
    S,
    S.ASKED,
    {
        (S.ASKED, "answer_feasibility"): S.ANSWERED,
        (S.ASKED, "refuse_feasibility"): S.REFUSED,
        (S.ASKED, "withdraw_feasibility"): S.WITHDRAWN,
        (S.ASKED, "expire_feasibility"): S.EXPIRED,
    },
)
EVENT_WORDS: dict[str, str | Promise] = {
    "feasibility_query.asked": _("Count asked for"),
    "feasibility_query.answered": _("Count answered as a band"),
    "feasibility_query.refused": _("Provider cannot count"),
    "feasibility_query.withdrawn": _("Question withdrawn"),
    "feasibility_query.expired": _("Nobody answered in time"),
}
CRITERIA = (  # what of a need decides a count; product, budget and plans are nobody's business here
    "disease_codes", "min_age", "max_age", "period", "follow_up_months_minimum", "patients_minimum", "patients_wanted",
    "modality", "variables", "body_parts", "labels",
)  # fmt: skip
MOST_TEXT = 500  # characters beside a reason


@dataclass(frozen=True, order=True)
class Band:
    """low ≤ count < high; high None: no upper end."""

    low: int
    high: int | None

    @property
    def value(self) -> str:
        """As a form sends it."""
        return str(self.low)


def bounds(threshold: int, steps: Sequence[int]) -> tuple[int, ...]:
    """Where one band ends and the next begins. Each band holds at least `threshold` counts, whatever the steps say, so that
    none comes near a number."""
    found = [threshold]
    for step in sorted(set(steps)):
        if step - found[-1] >= threshold:
            found.append(step)
    return tuple(found)


def bands(ends: Sequence[int]) -> tuple[Band, ...]:
    """All bands, the suppressed one first."""
    lows = (0, *ends)
    return (*(Band(low, high) for low, high in pairwise(lows)), Band(lows[-1], None))


def band_of(count: int, ends: Sequence[int]) -> Band:
    """The band in which a count lies; count ≥ 0."""
    return max(band for band in bands(ends) if band.low <= count)


def band_words(band: Band) -> str:
    """`fewer than 10` · `30 to 99` · `10,000 or more`, in the reader's language."""
    if band.low == 0:
        return gettext("fewer than %(high)s") % {"high": f"{band.high:,}"}
    if band.high is None:
        return gettext("%(low)s or more") % {"low": f"{band.low:,}"}
    return gettext("%(low)s to %(high)s") % {"low": f"{band.low:,}", "high": f"{band.high - 1:,}"}


def enough(band: Band, least: int | None) -> str | Promise:
    """What the band says about the least number of patients that a need states; "" when it states none."""
    if not least:
        return ""
    if band.low >= least:
        return _("At least the minimum that the need asks for.")
    if band.high is not None and band.high <= least:
        return _("Fewer than the need asks for at least.")
    return _("May be fewer than the need asks for at least.")


def criteria(document: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a need document that is shown to who counts."""
    return {name: document[name] for name in CRITERIA if document.get(name) not in (None, "", [], {})}


def check_reason(code: str, text: str) -> str:
    """Why it cannot be counted: one of the list, and where that says too little a sentence without any number. Returns the sentence as
    it is kept. Raises Refused naming the field."""
    text = " ".join(text.split())
    if code not in Reason._value2member_map_:
        raise Refused(_("Choose why you cannot count."), "no_reason", "reason")
    if code == Reason.OTHER and not text:
        raise Refused(_("Say in a sentence, without numbers, why you cannot count."), "text_missing", "text")
    if len(text) > MOST_TEXT:
        raise Refused(_("Keep it within 500 characters."), "text_too_long", "text")
    if telling.tells_number(text):
        raise Refused(
            _("Write no number here, neither in digits nor in words: how many there are is answered with a band instead."),
            "tells_a_count", "text",
        )  # fmt: skip
    return text
