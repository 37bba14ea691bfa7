"""Several datasets together as the page shows them: each with its page, and with the way to ask for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from portal.kit.words import pick
from providers.catalogue.models import Dataset
from providers.offers.models import Offer
from vouchers.matching.models import QuoteRequest

NOT_IN_PORTAL = _("This institution does not answer quotes in the portal yet. Apply through its own page.")
NOT_PUBLISHED = _("This entry is no longer published. Rank again.")
type Asked = Mapping[tuple[int | None, int | None], QuoteRequest]  # dataset and offer → a live request


def cannot_ask(dataset: Dataset, offer_ref: str | None, offer: Offer | None) -> Any:
    """Why no quote can be asked for, or ""."""
    if dataset.institution.organisation_id is None:
        return NOT_IN_PORTAL
    if dataset.publication != "PUBLISHED" or (offer_ref and (offer is None or offer.status != "PUBLISHED")):
        return NOT_PUBLISHED
    return ""


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
    bundle: Mapping[str, Any], datasets: Mapping[str, Dataset], by_ref: Mapping[str, Offer], asked: Asked, lang: str
) -> Joined:
    refs = bundle.get("offers") or [None] * len(bundle["datasets"])
    parts = [_part(key, ref, datasets, by_ref, asked) for key, ref in zip(bundle["datasets"], refs, strict=True)]
    return Joined(parts, bundle["linkage_agency"] or "", bundle[f"reasons_{lang}"])


def _part(key: str, ref: str | None, datasets: Mapping[str, Dataset], by_ref: Mapping[str, Offer], asked: Asked) -> Part:
    dataset, offer = datasets.get(key), by_ref.get(ref or "")
    if dataset is None:
        return Part(key)
    place = dataset.pk, offer.pk if offer else None
    return Part(pick(dataset, "title"), dataset, offer, asked.get(place), cannot_ask(dataset, ref, offer))
