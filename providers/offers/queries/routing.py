"""How one gets a dataset, how long that takes, what it costs and which boards know such requests: for its page, from one place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.kit.won import won
from portal.kit.words import pick
from providers.catalogue.models import Dataset
from providers.catalogue.queries import words
from providers.institutions.models import Institution
from providers.offers import rules
from providers.offers.models import Offer

STAGE_WORDS = {
    "quote": (_("Quote"), _("The institution names price and conditions. A call says by when it must at the latest.")),
    "ethics": (_("Review board (IRB)"), _("Exempted, expedited or in full, as the study requires. Runs beside the data review.")),
    "data_review": (_("Data review (DRB)"), _("Decides whether and how the data may be used. Runs beside the IRB.")),
    "contract": (_("Contract"), _("Between company and institution.")),
    "provision": (
        _("Provision of the data"),
        _("Extraction, pseudonymisation and adequacy review, until you can work with them."),
    ),
}


@dataclass(frozen=True)
class StageShown:
    label: Any
    text: Any
    days: str
    basis: str


@dataclass(frozen=True)
class RouteShown:
    """stages in order; days: in all; note: why they are less sure than an offer's, "" where an offer stands."""

    stages: list[StageShown]
    days: str
    note: str


@dataclass(frozen=True)
class Reviewed:
    """A board that decided about requests for the same kind of data. median: working days, over n decisions."""

    institution: Institution
    step: Any
    kinds: str
    median: int
    n: int
    own: bool


def route_of(dataset: Dataset, offers: Sequence[Offer]) -> RouteShown | None:
    """None where anybody may have the data without a decision. offers: those that stand. No query."""
    if dataset.access_rights == PUBLIC:
        return None
    holder = dataset.institution
    found = rules.route(
        promised=holder.target_days,
        measured=holder.measured_days,
        lead_days=[one.lead_time_days for one in offers if one.lead_time_days],
        joint=any(one.joint_drb for one in offers),
    )
    shown = [
        StageShown(*STAGE_WORDS[one.code], _days(one.least, one.most), str(rules.Basis.word(one.basis)) % {"n": one.n})
        for one in found.stages
    ]
    note = "" if offers else gettext("No offer stands now, so nobody has said that the data can be had in this time: ask first")
    return RouteShown(shown, _days(found.least, found.most), note)


PUBLIC = "PUBLIC"


def _days(least: int, most: int) -> str:
    if most == 0:
        return gettext("the same day")
    if least == most:
        return ngettext("%(n)d working day", "%(n)d working days", least) % {"n": least}
    return gettext("%(least)d–%(most)d working days") % {"least": least, "most": most}


def price_words(offers: Sequence[Offer]) -> str:
    """From the cheapest to the dearest of these offers, "" where none names a price. No query."""
    found = rules.price_range(one.floor_won for one in offers)
    if found is None:
        return ""
    if found.least_won == found.most_won:
        return gettext("From %(won)s") % {"won": won(found.least_won)}
    return gettext("From %(least)s to %(most)s for the smallest order, as the offer chosen") % {
        "least": won(found.least_won),
        "most": won(found.most_won),
    }


REVIEW_STEPS = {
    "drb": _("Data review (DRB)"), "drb_joint": _("Joint data review"), "irb_exemption": _("IRB exemption"),
    "irb_expedited": _("IRB, expedited"), "irb_full": _("IRB, full board"),
}  # fmt: skip
MOST_BOARDS = 5


def reviewed_alike(dataset: Dataset) -> list[Reviewed]:
    """Boards that decided about requests for one of this dataset's kinds of data: its own first, then the quickest. Two queries."""
    kinds = set(dataset.modality)
    if not kinds:
        return []
    labels = words("modality").get("modality", {})
    boards = Institution.objects.active().exclude(measured_days={}).filter(is_demo=dataset.institution.is_demo)
    found = [
        Reviewed(
            board, label, labels.get(kind, kind), figure["median"], figure["n"], board.pk == dataset.institution_id
        )
        for board in boards
        for step, label in REVIEW_STEPS.items()
        for kind, figure in board.measured_days.get(step, {}).get("by_modality", {}).items()
        if kind in kinds
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.own, one.median, -one.n, pick(one.institution, "name")))[:MOST_BOARDS]
