"""A letter of intent: a price band that suffices until the award. Its upper bound is the supply amount. Source: issue 4; pure."""

from django.utils.translation import gettext_lazy as _

from portal.kit.errors import Refused
from portal.kit.won import won
from vouchers.matching.rules.stages import MatchStatus


def check_band(least_won: int | None, most_won: int, *, allowed: bool) -> None:
    """least_won: None for a quote, which has no band. Raises Refused for a letter that the round does not allow, or a band upside
    down."""
    if least_won is None:
        return
    if not allowed:
        raise Refused(
            _("Letters of intent do not suffice here. Leave the lowest amount empty and send a quote."),
            "no_letters",
            "band_min_won",
        )
    if not 0 < least_won <= most_won:
        raise Refused(
            _("The lowest amount must be more than 0 won and no more than the lines' sum, %(most)s.") % {"most": won(most_won)},
            "bad_band",
            "band_min_won",
        )


def final_wanted(status: str, *, least_won: int | None, asked: bool, given: bool) -> bool:
    """Whether a match waits for its final quote: it stands on a letter, its award was accepted, and none is there yet."""
    return status == MatchStatus.CONFIRMED and least_won is not None and asked and not given


def check_final(amount_won: int, *, least_won: int, most_won: int, band_won: int | None = None) -> None:
    """A final quote lies within the band of its letter and has no band of its own. Raises Refused saying the band."""
    if band_won is not None:
        raise Refused(_("After the award only a final quote counts, without a band."), "no_letters", "band_min_won")
    if not least_won <= amount_won <= most_won:
        sentence = _("The final quote must lie within the letter of intent: between %(least)s and %(most)s, VAT excluded.")
        raise Refused(sentence % {"least": won(least_won), "most": won(most_won)}, "outside_band", "lines")
