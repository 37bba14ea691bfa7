"""From a dataset's page to its data: who decides what, in which order, in how many working days; and what it costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from providers.institutions.rules import USUAL_DAYS

LEAD_TIME = _(
    "Working days from the signed agreement and the positive reviews, whichever is later, until one can work with the data: extraction, pseudonymisation and adequacy review. IRB and DRB are counted apart."
)


class Basis(Codes):
    """How well a number of days is known, best first."""

    MEASURED = "MEASURED", _("Measured: median of %(n)s cases")
    OFFERED = "OFFERED", _("Offered by the institution")
    PROMISED = "PROMISED", _("Promised by the institution")
    MIXED = "MIXED", _("Partly of the institution, partly reckoned by the programme")
    USUAL = "USUAL", _("Reckoned by the programme; the institution has promised nothing")


@dataclass(frozen=True)
class Stage:
    """least and most: working days, which differ where the study decides (an exempted or a full review). n: cases, if measured."""

    code: str
    least: int
    most: int
    basis: Basis
    n: int = 0


@dataclass(frozen=True)
class Route:
    """least and most: working days in all, the time to data; the two reviews run side by side, everything else one after the
    other."""

    stages: tuple[Stage, ...]
    least: int
    most: int

    def stage(self, code: str) -> Stage:
        return next(one for one in self.stages if one.code == code)

    @property
    def after_quote(self) -> tuple[int, int]:
        """Least and most working days that are left when a quote is accepted."""
        return self.after(FULL)

    def after(self, ethics: int) -> tuple[int, int]:
        """The same where so many thousandths of the ethics review are still to come."""
        first, data = self.stage(ETHICS), self.stage(DATA_REVIEW)
        alone = [one for one in self.stages if one.code in (CONTRACT, PROVISION)]
        return (
            sum(one.least for one in alone) + max(first.least * ethics // FULL, data.least),
            sum(one.most for one in alone) + max(first.most * ethics // FULL, data.most),
        )


FULL = 1000
QUOTE, ETHICS, DATA_REVIEW, CONTRACT, PROVISION = "quote", "ethics", "data_review", "contract", "provision"
ETHICS_STEPS = ("irb_exemption", "irb_expedited", "irb_full")
ORDER = list(Basis)


def route(
    *, promised: Mapping[str, int], measured: Mapping[str, Mapping[str, Any]], lead_days: Iterable[int] = (), joint: bool = False
) -> Route:
    """promised: step → working days; measured: step → {median, n}; lead_days: of the offers or of a quote, as LEAD_TIME
    counts them; joint: an offer takes part in the joint data review. Every number is the best that is known of the step."""
    leads = sorted(lead_days)

    def stage(code: str, *steps: str) -> Stage:
        known = [_known(step, promised, measured) for step in steps]
        days = [one for one, _basis, _n in known]
        basis = _together(basis for _days, basis, _n in known)
        return Stage(code, min(days), max(days), basis, sum(n for _days, _basis, n in known))

    reviews = [stage(ETHICS, *ETHICS_STEPS), stage(DATA_REVIEW, "drb", *(("drb_joint",) if joint else ()))]
    if leads:
        provision = Stage(PROVISION, leads[0], leads[-1], Basis.OFFERED)
    else:
        parts = [stage(PROVISION, step) for step in ("preparation", "adequacy")]
        basis = _together(part.basis for part in parts)
        provision = Stage(PROVISION, sum(p.least for p in parts), sum(p.most for p in parts), basis, min(p.n for p in parts))
    before, after = [stage(QUOTE, "quote")], [stage(CONTRACT, "contract"), provision]
    alone = [*before, *after]
    return Route(
        (*before, *reviews, *after),
        sum(one.least for one in alone) + max(one.least for one in reviews),
        sum(one.most for one in alone) + max(one.most for one in reviews),
    )


def _together(bases: Iterable[Basis]) -> Basis:
    """Of a stage with several steps: what is known of all of them alike; else what the institution said of each, or only of some."""
    found = set(bases)
    if len(found) > 1 and Basis.USUAL in found:
        return Basis.MIXED
    return max(found, key=ORDER.index)  # no better than the worst of it


def _known(step: str, promised: Mapping[str, int], measured: Mapping[str, Mapping[str, Any]]) -> tuple[int, Basis, int]:
    if step in measured:
        return measured[step]["median"], Basis.MEASURED, measured[step]["n"]
    if step in promised:
        return promised[step], Basis.PROMISED, 0
    return USUAL_DAYS[step], Basis.USUAL, 0


@dataclass(frozen=True)
class PriceRange:
    """What the smallest order costs at the cheapest and at the dearest offer; whole won, VAT excluded."""

    least_won: int
    most_won: int
    offers: int


def price_range(floors: Iterable[int | None]) -> PriceRange | None:
    """None where no offer names a price."""
    found = sorted(one for one in floors if one is not None)
    return PriceRange(found[0], found[-1], len(found)) if found else None
