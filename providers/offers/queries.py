"""What the matching engine and the pages read of offers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.journal import queries as journal
from portal.kit import clock
from portal.kit.won import won
from portal.kit.words import pick
from providers.catalogue.models import Dataset
from providers.catalogue.queries import Fact, published_counts, says, words
from providers.catalogue.queries import known_codes as catalogue_codes
from providers.catalogue.rules import HANGUL
from providers.institutions import rules as institution_rules
from providers.institutions.models import Institution
from providers.institutions.queries import of_user
from providers.offers import rules
from providers.offers.models import Offer, OfferLine

type Facts = tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]


def match_facts(*, demo: bool = False, now: datetime | None = None) -> Iterator[Facts]:
    """(dataset, institution, offer or None) of all published datasets, for vouchers.matching.rules.candidate.

    demo: a need of a demo round sees demo datasets and offers too; any other need sees none of them. A dataset with
    several offers comes once an offer. Four queries.
    """
    datasets = Dataset.objects.published().select_related("institution").order_by("key")
    if not demo:
        datasets = datasets.filter(institution__is_demo=False)
    offers: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for offer in offered(demo=demo, now=now).filter(dataset__isnull=False).prefetch_related("lines"):
        offers[offer.dataset_id or 0].append(offer.facts(list(offer.lines.all())))
    for dataset in datasets:
        institution = dataset.institution.facts()
        own: list[dict[str, Any] | None] = [*offers.get(dataset.pk, [])] or [None]
        for facts in own:
            yield dataset.facts(), institution, facts


def offered(*, demo: bool, now: datetime | None = None) -> Any:
    """Offers that a company may ask a quote for. Real rounds never see demo offers."""
    found = Offer.objects.offered(now or clock.now()).select_related("institution", "dataset").order_by("pk")
    return found if demo else found.for_demo(False)


def linkage_agencies() -> list[dict[str, Any]]:
    """Facts of the designated linkage agencies."""
    return [row.facts() for row in Institution.objects.active().linkage_agencies().order_by("key")]


def of_dataset(dataset: Dataset, user: Any, now: datetime | None = None) -> list[Offer]:
    """What is offered of a dataset, as this reader may see it."""
    return list(
        Offer.objects.offered(now or clock.now())
        .filter(Q(dataset=dataset))
        .visible_to(user)
        .select_related("institution")
        .prefetch_related("lines")
    )


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

    purposes = ", ".join(str(PURPOSE_WORDS.get(code, code)) for code in offer.allowed_purposes)
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
        ),
        Fact(gettext("Joint data review"), gettext("Takes part") if offer.joint_drb else gettext("Does not take part")),
        Fact(gettext("Capacity"), _capacity(offer)),
    ]
    return rows


def known_codes() -> dict[str, list[str]]:
    """Code list key → its codes; the offers' own kinds and purposes too. One query."""
    own = {"offer_kind": [str(kind) for kind in rules.OfferKind], "purpose": list(PURPOSE_WORDS)}
    return {**catalogue_codes(), **own}


PURPOSE_WORDS = {
    "PRODUCT_DEVELOPMENT": _("Product development"),
    "EXTERNAL_VALIDATION": _("External validation"),
    "SCIENTIFIC_RESEARCH": _("Scientific research"),
    "PUBLIC_BENEFIT": _("Public benefit"),
}


def _capacity(offer: Offer) -> str:
    if offer.capacity is None:
        return gettext("not limited")
    period = rules.Period.word(offer.capacity_period)
    return gettext("%(open)d of %(all)d open a %(period)s") % {
        "open": offer.open_capacity,
        "all": offer.capacity,
        "period": period,
    }


def own(user: Any) -> Any:
    """Offers of the institutions for which the person acts, newest first."""
    institutions = of_user(user)
    return (
        Offer.objects.filter(institution__in=institutions).select_related("dataset", "institution").order_by("-updated_at", "-pk")
    )


def own_datasets(user: Any) -> list[Dataset]:
    """Datasets of those institutions, with their availability in words."""
    labels = words("dataset_status").get("dataset_status", {})
    found = list(Dataset.objects.filter(institution__in=of_user(user)).select_related("institution").order_by("key"))
    for dataset in found:
        dataset.availability = labels.get(dataset.status, dataset.status)  # type: ignore[attr-defined]
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


INSTITUTION_LISTS = ("institution_type", "hospital_type", "region", "consortium", "institution_role", "certainty")


def holder_facts(institution: Institution) -> list[Fact]:
    """The institution in the margin of a dataset's page. One query."""
    told = institution_facts(institution)
    return [fact for fact in told["who"] if fact.value != gettext("Not published") or fact.label == gettext("Region")]


def institution_facts(institution: Institution) -> dict[str, list[Fact]]:
    """Everything the source says: who it is and where the facts come from. One query."""
    labels = words(*INSTITUTION_LISTS)

    def one(listed: str, code: str) -> str:
        return labels.get(listed, {}).get(code, code)

    def fact(label: str, value: str, note: str = "") -> Fact:
        return Fact(label, value or gettext("Not published"), note if value else "")

    yes_no = {True: gettext("Yes"), False: gettext("No"), None: ""}
    recalled = gettext("From general knowledge: confirm with the holder.")
    is_hospital = institution.institution_type.startswith("HOSPITAL")
    role = {"LEAD": gettext("Lead"), "MEMBER": gettext("Member")}.get(institution.consortium_role, "")
    consortium = one("consortium", institution.consortium) if institution.consortium else ""
    hospital = fact(
        gettext("Type of hospital"),
        one("hospital_type", institution.hospital_type) if institution.hospital_type else "",
        recalled if institution.hospital_type_certainty == "recalled" else "",
    )
    who = [
        fact(gettext("Kind"), one("institution_type", institution.institution_type)),
        *([hospital] if is_hospital else []),
        fact(gettext("Region"), one("region", institution.region) if institution.region else ""),
        fact(gettext("Capital area"), yes_no[institution.capital_area]),
        *([fact(gettext("Consortium"), " · ".join(filter(None, [consortium, role])))] if is_hospital else []),
        fact(
            gettext("Voucher supplier"),
            gettext("Yes: the voucher may pay it") if institution.voucher_supplier else gettext("No"),
        ),
        fact(gettext("Roles"), ", ".join(one("institution_role", code) for code in institution.roles)),
        *([fact(gettext("Secure analysis centre"), gettext("Yes"))] if institution.secure_analysis_centre else []),
    ]
    origin = [
        fact(gettext("Other names"), ", ".join(institution.aliases)),
        fact(gettext("Website"), institution.site),
        fact(gettext("Certainty"), one("certainty", institution.certainty) if institution.certainty else ""),
        Fact(
            gettext("Source"),
            institution.source or gettext("Not published"),
            original="ko" if HANGUL.search(institution.source) else "en" if institution.source else "",
        ),
        *([Fact(gettext("Notes"), says(institution.notes))] if says(institution.notes) else []),
    ]
    return {"who": who, "origin": origin}


def institution_cards(institutions: Iterable[Institution]) -> list[dict[str, Any]]:
    """Items for the structured list. Two queries, however many there are."""
    rows = list(institutions)
    labels, datasets = words(*INSTITUTION_LISTS), published_counts(rows)
    return [_institution_card(row, labels, datasets.get(row.pk, 0)) for row in rows]


def _institution_card(row: Institution, labels: dict[str, dict[str, str]], datasets: int) -> dict[str, Any]:
    def one(listed: str, code: str) -> str:
        return labels.get(listed, {}).get(code, code)

    kind = one("hospital_type", row.hospital_type) if row.hospital_type else one("institution_type", row.institution_type)
    consortium = [{"label": gettext("Consortium"), "value": one("consortium", row.consortium)}] if row.consortium else []
    suspended = row.status != institution_rules.InstitutionStatus.ACTIVE
    return {
        "title": pick(row, "name"),
        "url": f"/providers/institutions/{row.key}/",
        "badge": row.get_status_display() if suspended else gettext("Voucher supplier") if row.voucher_supplier else kind,
        "tone": "neutral" if suspended or not row.voucher_supplier else "done",
        "kicker": (kind if row.voucher_supplier else "") + (f" · {gettext('Demo')}" if row.is_demo else ""),
        "facts": [
            {"label": gettext("Region"), "value": one("region", row.region) if row.region else gettext("Not published")},
            {"label": gettext("Datasets"), "value": f"{datasets:,}"},
            *consortium,
        ],
    }


def timeline(offer: Offer) -> list[dict[str, Any]]:
    """What happened to the offer, newest first."""
    entries = []
    for event in journal.history(offer).order_by("-seq"):
        entries.append(
            {
                "title": str(rules.EVENT_WORDS.get(event.name, event.name)),
                "when": event.at,
                "who": event.by.get_full_name() if event.by else "",
                "text": event.reason,
                "state": "past",
            }
        )
    return entries
