"""Several datasets together as the page shows them: each with its page, and with the way to ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from portal.kit import clock
from portal.kit.words import pick
from providers.catalogue.models import Dataset
from providers.catalogue.rules import AVAILABLE, Publication
from providers.institutions.models import Institution
from providers.institutions.rules import InstitutionStatus
from providers.offers.models import Offer
from vouchers.matching.models import Need, QuoteRequest
from vouchers.matching.queries.needs import of_demo, round_terms
from vouchers.matching.rules import asking
from vouchers.matching.rules.policy import admits

type Asked = Mapping[tuple[int | None, int | None], QuoteRequest]  # dataset and offer → a live request


@dataclass(frozen=True)
class Market:
    """For whom one asks today. demo: a need of a demonstration call; provider_types: that its call pays, None without a call;
    standing: refs of the named offers that stand."""

    demo: bool
    provider_types: frozenset[str] | None
    standing: frozenset[str] = frozenset()

    def admits(self, institution: Institution) -> bool:
        types = self.provider_types
        return types is None or admits(types, institution.institution_type, supplier=institution.voucher_supplier)

    def hindrance(self, institution: Institution, *, published: bool = True, there: bool = True) -> str:
        """As `asking.hindrance`."""
        return asking.hindrance(
            answers=institution.status == InstitutionStatus.ACTIVE and institution.organisation_id is not None,
            suits_demo=self.demo or not institution.is_demo, published=published, there=there,
            admitted=self.admits(institution),
        )  # fmt: skip


def market_of(need: Need, refs: Sequence[str] = ()) -> Market:
    """refs: of the offers that are shown. At most four queries."""
    round_ = need.round
    asks = round_ is not None and not round_.is_reference
    types = round_terms(round_).provider_types if asks else None
    standing = Offer.objects.offered(clock.now()).filter(ref__in=refs).values_list("ref", flat=True) if refs else ()
    return Market(of_demo(round_), types, frozenset(standing))


def cannot_ask(dataset: Dataset, offer_ref: str | None, market: Market) -> Any:
    """Why no quote can be asked for, or ""."""
    published = dataset.publication == Publication.PUBLISHED and (not offer_ref or offer_ref in market.standing)
    code = market.hindrance(dataset.institution, published=published, there=dataset.status == AVAILABLE)
    return asking.HINDRANCES.get(code, "")


def barred(need: Need, chosen: Sequence[tuple[Dataset | None, Offer | None]]) -> Any:
    """Why a quote cannot be asked for of any of these, where all meet the same; else "". At most four queries."""
    market = market_of(need, [offer.ref for _dataset, offer in chosen if offer])
    told = {cannot_ask(dataset, offer.ref if offer else None, market) if dataset else "" for dataset, offer in chosen}
    return told.pop() if len(told) == 1 else ""


def value_of(dataset: Dataset, offer: Offer | None) -> str:
    """As the page of asking takes it: dataset key and offer ref."""
    return f"{dataset.key}:{offer.ref if offer else ''}"


@dataclass(frozen=True)
class Part:
    """A dataset of a set. dataset: None when it is there no more; asked, cannot: as of a result."""

    title: str
    dataset: Dataset | None = None
    offer: Offer | None = None
    asked: QuoteRequest | None = None
    cannot: Any = ""

    @property
    def value(self) -> str:
        return value_of(self.dataset, self.offer) if self.dataset else ""


@dataclass(frozen=True)
class Joined:
    """Several datasets together; reasons as sentences."""

    parts: list[Part]
    agency: str
    reasons: list[str]

    @property
    def askable(self) -> list[Part]:
        return [part for part in self.parts if part.dataset and not part.asked and not part.cannot]

    @property
    def handed(self) -> str:
        """All that can be asked for, for the page of asking."""
        return urlencode([("for", part.value) for part in self.askable])


def offers_named(bundles: Sequence[Mapping[str, Any]]) -> list[str]:
    """Refs of the offers of sets; rankings before 1.4 did not keep them."""
    return [ref for bundle in bundles for ref in bundle.get("offers", ()) if ref]


def joined(
    bundle: Mapping[str, Any],
    datasets: Mapping[str, Dataset],
    by_ref: Mapping[str, Offer],
    asked: Asked,
    lang: str,
    market: Market,
) -> Joined:
    refs = bundle.get("offers") or [None] * len(bundle["datasets"])
    parts = [_part(key, ref, datasets, by_ref, asked, market) for key, ref in zip(bundle["datasets"], refs, strict=True)]
    return Joined(parts, bundle["linkage_agency"] or "", bundle[f"reasons_{lang}"])


def _part(
    key: str, ref: str | None, datasets: Mapping[str, Dataset], by_ref: Mapping[str, Offer], asked: Asked, market: Market
) -> Part:
    dataset, offer = datasets.get(key), by_ref.get(ref or "")
    if dataset is None:
        return Part(key)
    place = dataset.pk, offer.pk if offer else None
    return Part(pick(dataset, "title"), dataset, offer, asked.get(place), cannot_ask(dataset, ref, market))
