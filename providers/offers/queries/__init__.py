"""What the matching engine and the pages read of offers."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.accounts import queries as accounts
from portal.accounts.queries import organisation_ids_of
from portal.accounts.rules import PROVIDER_ROLES, OrganisationKind
from portal.journal import queries as journal
from portal.kit import clock
from portal.kit.won import won
from portal.kit.words import pick
from providers.catalogue.models import Dataset
from providers.catalogue.queries import Fact, draft_state, fact_sheet, for_needs, matched, words
from providers.catalogue.queries import known_codes as catalogue_codes
from providers.catalogue.rules import SHOWN, DraftState
from providers.institutions import rules as institution_rules
from providers.institutions.models import Institution
from providers.offers import rules
from providers.offers.models import Offer, OfferLine
from providers.offers.queries.marking import Listed as Listed
from providers.offers.queries.marking import Marked as Marked
from providers.offers.queries.marking import facts_of as facts_of
from providers.offers.queries.marking import listed as listed
from providers.offers.queries.marking import mark_lines as mark_lines
from providers.offers.queries.marking import marks as marks
from providers.offers.queries.marking import unwritten as unwritten
from providers.offers.queries.marking import written as written
from providers.offers.queries.routing import price_words as price_words
from providers.offers.queries.routing import reviewed_alike as reviewed_alike
from providers.offers.queries.routing import route_of as route_of
from providers.offers.queries.service import Capacity as Capacity
from providers.offers.queries.service import open_capacities as open_capacities
from providers.offers.queries.service import service_facts as service_facts
from providers.offers.queries.sheets import code_words as code_words
from providers.offers.queries.sheets import editable_by as editable_by
from providers.offers.queries.sheets import table as table
from providers.offers.queries.sheets import workbook as workbook
from providers.offers.queries.widening import wider_than_dataset as wider_than_dataset

type Facts = tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]


def match_facts(*, demo: bool = False, now: datetime | None = None, keys: Collection[str] | None = None) -> Iterator[Facts]:
    """(dataset, institution, offer or None) of all published datasets, for vouchers.matching.rules.candidate.

    demo: a need of a demo round sees demo datasets and offers too; any other need sees none of them. keys: only of these datasets.
    A dataset with several offers comes once an offer. Four queries.
    """
    datasets = for_needs(demo=demo)
    if keys is not None:
        datasets = datasets.filter(key__in=keys)
    offers = offer_facts(demo=demo, now=now, of=None if keys is None else datasets)
    for dataset in matched(datasets, "institution").select_related("part_of", "institution").order_by("key"):
        institution = dataset.institution.facts()
        own: list[dict[str, Any] | None] = [*offers.get(dataset.pk, [])] or [None]
        for facts in own:
            yield dataset.facts(), institution, facts


def offer_facts(
    *, demo: bool, now: datetime | None = None, of: QuerySet[Dataset] | None = None
) -> dict[int, list[dict[str, Any]]]:
    """Dataset id → the facts of its offers that stand. of: only of these datasets. Two queries."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = offered(demo=demo, now=now).filter(dataset__isnull=False)
    for offer in (rows if of is None else rows.filter(dataset__in=of)).prefetch_related("lines"):
        found[offer.dataset_id or 0].append(offer.facts(list(offer.lines.all())))
    return found


def offered(*, demo: bool, now: datetime | None = None) -> Any:
    """Offers that a company may ask a quote for. Real rounds never see demo offers."""
    found = Offer.objects.offered(now or clock.now()).select_related("institution", "dataset").order_by("pk")
    return found if demo else found.for_demo(False)


_agencies: dict[tuple[str, ...], list[dict[str, Any]]] = {}  # marks → what was written then


def linkage_agencies() -> list[dict[str, Any]]:
    """Facts of the designated linkage agencies, by their keys: to be read, not changed. One small query, or two."""
    with connection.cursor() as cursor:
        cursor.execute(*_agency_marks())
        marks = tuple(mark for (mark,) in cursor.fetchall())
    read = _agencies.get(marks)  # other threads may empty it meanwhile
    if read is None:
        read = [row.facts() for row in Institution.objects.active().linkage_agencies().order_by("key")]
        _agencies.clear()
        _agencies[marks] = read
    return read


@cache
def _agency_marks() -> tuple[str, tuple[Any, ...]]:
    """Its statement, put together once: it is asked for every need that is matched."""
    rows = Institution.objects.active().linkage_agencies().order_by("key")
    mark = RawSQL("providers_institution.xmin::text || providers_institution.ctid::text", (), TextField())
    return rows.annotate(mark=mark).values_list("mark", flat=True).query.sql_with_params()


def of_dataset(dataset: Dataset, user: Any, now: datetime | None = None) -> list[Offer]:
    """What is offered of a dataset, as this reader may see it."""
    return list(
        Offer.objects.offered(now or clock.now())
        .filter(Q(dataset=dataset))
        .visible_to(user)
        .select_related("institution")
        .prefetch_related("lines")
    )


def processing_of(institution: Institution, user: Any, now: datetime | None = None) -> list[Offer]:
    """What an institution offers without a dataset: processing work, as this reader may see it. Two queries."""
    rows = Offer.objects.offered(now or clock.now()).filter(institution=institution, dataset__isnull=True).visible_to(user)
    return list(rows.select_related("institution").prefetch_related("lines").order_by("pk"))


def lines_of(offer: Offer) -> list[OfferLine]:
    return list(offer.lines.order_by("position"))


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────
def sheet(offer: Offer, labels: dict[str, dict[str, str]]) -> list[Fact]:
    """What a company reads of an offer. labels: words of access_mode and exit_kind."""
    unpublished = gettext("Not published")

    def listed(key: str, codes: list[str]) -> str:
        return ", ".join(labels.get(key, {}).get(code, code) for code in codes) or unpublished

    def yes_no(value: bool | None) -> str:
        return {True: gettext("Yes"), False: gettext("No"), None: gettext("Not decided: ask")}[value]

    purposes = ", ".join(str(rules.Purpose.word(code)) for code in offer.allowed_purposes)
    days = offer.lead_time_days
    rows = [
        Fact(
            gettext("Price floor"),
            won(offer.floor_won) if offer.floor_won is not None else unpublished,
            gettext("The least that one order costs, VAT excluded."),
        ),
        Fact(gettext("Way of use"), listed("access_mode", offer.access_modes)),
        Fact(gettext("What may be taken out"), listed("exit_kind", offer.exits)),
        Fact(gettext("Model export"), yes_no(offer.model_export)),
        Fact(gettext("Allowed purposes"), purposes or unpublished),
        Fact(gettext("Commercial AI development"), yes_no(offer.commercial_ai_allowed)),
        Fact(
            gettext("Lead time"),
            ngettext("%(n)d working day", "%(n)d working days", days) % {"n": days} if days else unpublished,
            str(rules.LEAD_TIME),
        ),
        Fact(gettext("Joint data review"), gettext("Takes part") if offer.joint_drb else gettext("Does not take part")),
        Fact(gettext("Capacity"), _capacity(offer)),
    ]
    return rows


def known_codes() -> dict[str, list[str]]:
    """Code list key → its codes; the offers' own kinds and purposes too. One query."""
    own = {"offer_kind": [str(kind) for kind in rules.OfferKind], "purpose": [str(purpose) for purpose in rules.Purpose]}
    return {**catalogue_codes(), **own}


def _capacity(offer: Offer) -> str:
    if offer.capacity is None:
        return gettext("not limited")
    period = rules.Period.word(offer.capacity_period)
    return gettext("%(open)d of %(all)d open a %(period)s") % {
        "open": offer.open_capacity,
        "all": offer.capacity,
        "period": period,
    }


def way_in(user: Any) -> dict[str, Any]:
    """For whom somebody without the providers' pages acts as a provider, in words, and whether the account has another role."""
    names = [pick(row, "name") for row in accounts.organisations_of(user, OrganisationKind.PROVIDER)]
    return {"names": ", ".join(names), "other_role": bool(accounts.roles_of(user) - PROVIDER_ROLES)}


def own(user: Any) -> Any:
    """Offers of the institutions for which the person acts, newest first."""
    mine = Offer.objects.filter(institution__organisation_id__in=organisation_ids_of(user))
    return mine.select_related("dataset", "institution").order_by("-updated_at", "-pk")


def own_datasets(user: Any, text: str = "") -> QuerySet[Dataset]:
    """Datasets of those institutions, by key; text: what key or title contain."""
    mine = Dataset.objects.filter(institution__organisation_id__in=organisation_ids_of(user)).order_by("key")
    if text:
        mine = mine.filter(Q(key__icontains=text) | Q(title_ko__icontains=text) | Q(title_en__icontains=text))
    return mine.only("key", "title_ko", "title_en", "status", "publication").annotate(draft_state=draft_state())


def in_words(rows: Iterable[Dataset]) -> list[Dataset]:
    """The same rows with their availability in words and where their next version stands. One query."""
    found, labels = list(rows), words("dataset_status").get("dataset_status", {})
    for dataset in found:
        dataset.availability = labels.get(dataset.status, dataset.status)  # type: ignore[attr-defined]
        written = dataset.publication in SHOWN and dataset.draft_state  # type: ignore[attr-defined]
        dataset.next_state = (  # type: ignore[attr-defined]
            gettext("Next version: %(state)s") % {"state": DraftState.word(written)} if written else ""
        )
    return found


STEP_WORDS = {
    "quote": _("Quote"),
    "irb_exemption": _("IRB exemption"),
    "irb_expedited": _("IRB, expedited"),
    "irb_full": _("IRB, full board"),
    "drb": _("Data review (DRB)"),
    "drb_joint": _("Joint data review"),
    "drb_recognised": _("Recognition of another review"),
    "contract": _("Contract"),
    "preparation": _("Extraction and pseudonymisation"),
    "adequacy": _("Adequacy review"),
    "export_review": _("Export review"),
}


@dataclass(frozen=True)
class Side:
    """A part of the comparison. rows: (label, a fact for each dataset, None where its page has no such line)."""

    title: str
    rows: list[tuple[str, list[Fact | None]]]


def side_by_side(datasets: Sequence[Dataset], now: datetime | None = None) -> list[Side]:
    """What the pages of these few datasets say, line by line beside each other. A few queries a dataset."""
    sheets = [fact_sheet(one) for one in datasets]
    parts = [(title, [sheet[name] for sheet in sheets]) for name, title in COMPARED.items()]
    parts.append((_("How long does it take, and what does it cost?"), [_terms(one, now) for one in datasets]))
    return [Side(str(title), _aligned(columns)) for title, columns in parts]


COMPARED = {
    "inside": _("What is in it?"),
    "allowed": _("May I use it for a product?"),
    "use": _("How do I use it?"),
}


def _aligned(columns: Sequence[Sequence[Fact]]) -> list[tuple[str, list[Fact | None]]]:
    """Lines by their label, in the order in which they first stand."""
    by_label = [{fact.label: fact for fact in column} for column in columns]
    labels = dict.fromkeys(fact.label for column in columns for fact in column)
    return [(label, [column.get(label) for column in by_label]) for label in labels]


def _terms(dataset: Dataset, now: datetime | None) -> list[Fact]:
    standing = list(Offer.objects.offered(now or clock.now()).filter(dataset=dataset))
    way = route_of(dataset, standing)
    whole = gettext("Time until you have the data")
    facts = [
        Fact(gettext("Offers"), str(len(standing)) if standing else gettext("None")),
        Fact(gettext("Cost"), price_words(standing) or gettext("Not published")),
        Fact(whole, way.days, way.note) if way else Fact(whole, gettext("At once: anybody may have it")),
    ]
    return facts + [Fact(str(stage.label), stage.days, stage.basis) for stage in (way.stages if way else ())]


def days_of(institution: Institution) -> list[dict[str, Any]]:
    """Promised and measured working days a step; empty when there are none."""
    rows = []
    for step in institution_rules.STEPS:
        target, measured = institution.target_days.get(step), institution.measured_days.get(step)
        if target or measured:
            rows.append(
                {
                    "label": STEP_WORDS[step],
                    "target": target,
                    "median": measured["median"] if measured else None,
                    "n": measured["n"] if measured else None,
                }
            )
    return rows


def timeline(offer: Offer) -> list[dict[str, Any]]:
    """What happened to the offer, in time order."""
    return _story(offer, rules.EVENT_WORDS)


def story(institution: Institution) -> list[dict[str, Any]]:
    """What happened to the institution, in time order; its own people read it."""
    return _story(institution, institution_rules.EVENT_WORDS)


def _story(row: Any, words: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "title": str(words.get(event.name, event.name)),
            "when": event.at,
            "who": event.by.get_full_name() if event.by else "",
            "text": event.reason,
            "state": "past",
        }
        for event in journal.history(row).order_by("seq")
    ]
