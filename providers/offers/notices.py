"""What is told about offers: one function a message, one template a language."""

from collections.abc import Callable, Iterable

from django.utils.translation import override

from portal.accounts.rules import Role
from portal.journal.actions import tell
from providers.offers import rules
from providers.offers.models import Offer


def offer_submitted(offer: Offer, reason: str) -> None:
    """To the operating agency's case desk: an offer waits for its check."""
    tell(
        "offer_submitted",
        app="providers",
        subject=offer,
        role=Role.OPERATOR_CASE,
        url=f"/admin/providers/offer/{offer.pk}/change/",
        context=_context(offer),
    )


def offer_published(offer: Offer, reason: str) -> None:
    _to_institution("offer_published", offer)


def offer_returned(offer: Offer, reason: str) -> None:
    _to_institution("offer_returned", offer, reason)


def offer_outgrown(offer: Offer, fields: Iterable[str]) -> None:
    """fields: in which it promises more than its dataset says now."""
    told = {}
    for language in ("ko", "en"):
        with override(language):
            told[f"why_{language}"] = " ".join(str(rules.WIDER[name]) for name in fields)
    _to_institution("offer_outgrown", offer, **told)


def _to_institution(template: str, offer: Offer, reason: str = "", **more: str) -> None:
    """To those who manage the institution's offers; its review boards cannot open them."""
    if offer.institution.organisation is not None:
        tell(
            template,
            app="providers",
            subject=offer,
            organisation=offer.institution.organisation,
            role=Role.PROVIDER_MANAGER,
            url=f"/providers/offers/{offer.ref}/",
            context=_context(offer) | {"reason": reason} | more,
        )


def _context(offer: Offer) -> dict[str, str]:
    return {
        "title_ko": offer.title_ko,
        "title_en": offer.title_en or offer.title_ko,
        "institution_ko": offer.institution.name_ko,
        "institution_en": offer.institution.name_en,
    }


TOLD: dict[str, Callable[[Offer, str], None]] = {
    "submit": offer_submitted,
    "publish": offer_published,
    "return": offer_returned,
}
