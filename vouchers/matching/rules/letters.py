"""A letter of intent: a price band that suffices until the award. Its upper bound is the supply amount. Source: issue 4; pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
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


def check_final(
    amount_won: int, vat_won: int, *, least_won: int, most_won: int, most_vat_won: int, band_won: int | None = None
) -> None:
    """A final quote lies within the band of its letter, asks for no more VAT and has no band of its own. Raises Refused saying the
    band."""
    if band_won is not None:
        raise Refused(_("After the award only a final quote counts, without a band."), "no_letters", "band_min_won")
    if not least_won <= amount_won <= most_won:
        sentence = _("The final quote must lie within the letter of intent: between %(least)s and %(most)s, VAT excluded.")
        raise Refused(sentence % {"least": won(least_won), "most": won(most_won)}, "outside_band", "lines")
    if vat_won > most_vat_won:
        sentence = _(
            "The letter of intent says %(most)s VAT at most, and these lines come to %(vat)s. Choose the taxes as in the letter, or lower the prices."
        )
        raise Refused(sentence % {"most": won(most_vat_won), "vat": won(vat_won)}, "vat_above_letter", "lines")


@dataclass(frozen=True)
class Terms:
    """What the company took with a letter beside its price. work: (kind, description, unit, quantity, data holder, contracting
    party, reviewing board, payee) of each line, in any order."""

    access_mode: str
    earliest_delivery_on: date | None
    lead_time_days: int | None
    assumptions: str
    work: tuple[tuple[str, str, str, Decimal, int, int, int, int], ...]


TERM_WORDS: dict[str, str | Promise] = {
    "access_mode": _("Access mode"),
    "earliest_delivery_on": _("Earliest delivery"),
    "lead_time_days": _("Lead time (working days)"),
    "assumptions": _("Assumptions"),
    "work": _("What is done, how much of it, and by whom"),
}


def changed(letter: Terms, final: Terms) -> tuple[str, ...]:
    """Names of the terms, price and tax apart, in which a final quote is not what its letter said."""
    found = tuple(name for name in TERM_WORDS if name != "work" and getattr(letter, name) != getattr(final, name))
    return found if sorted(letter.work) == sorted(final.work) else (*found, "work")
