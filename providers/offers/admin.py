"""Offers in the admin: read-only, checking and publishing as buttons."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.kit.admin import ReadOnlyInline, ReasonForm, Verb, VerbAdmin, bilingual, sheet
from portal.kit.won import won
from portal.kit.words import pick
from portal.templatetags.portal import digits
from providers.catalogue import queries as catalogue
from providers.offers import actions, queries, rules
from providers.offers.models import Offer, OfferLine


def _shown(name: str):  # type: ignore[no-untyped-def]
    return lambda row: rules.LIFECYCLE.can(row.status, name)


class LineInline(ReadOnlyInline, TabularInline):
    model = OfferLine
    fields: ClassVar[list[str]] = ["position", "kind", "title", "unit_price_won", "unit", "minimum_count", "tax_kind"]
    readonly_fields = fields

    @admin.display(description=_("Title"))
    def title(self, row: OfferLine) -> str:
        return pick(row, "title")

    @admin.display(description=_("Minimum quantity"))
    def minimum_count(self, row: OfferLine) -> str:
        return digits(row.minimum)


@admin.register(Offer)
class OfferAdmin(VerbAdmin):
    shows_persons = False
    list_display: ClassVar[list[Any]] = [
        bilingual("title", _("Title")),
        "institution",
        "kind",
        "status",
        "price_floor",
        "updated_at",
        "ref",
    ]
    list_filter: ClassVar[list[str]] = ["status", "kind", "joint_drb"]
    search_fields: ClassVar[list[str]] = ["ref", "title_ko", "title_en", "institution__name_ko", "institution__name_en"]
    list_select_related: ClassVar[list[str]] = ["institution"]
    inlines: ClassVar[list[type]] = [LineInline]
    fields: ClassVar[list[str]] = [
        "institution", "dataset", "kind", "title_ko", "title_en", "description_ko", "description_en", "status", "terms",
        "valid_from", "valid_to", "published_at", "updated_at",
    ]  # fmt: skip
    readonly_fields = fields

    @admin.display(description=_("Price floor"), ordering="floor_won")
    def price_floor(self, obj: Offer) -> str:
        return won(obj.floor_won) if obj.floor_won is not None else gettext("Not published")

    @admin.display(description=_("As companies see it"))
    def terms(self, obj: Offer) -> str:
        return sheet(queries.sheet(obj, catalogue.words("access_mode", "exit_kind")))

    verbs = (
        Verb(
            "start_check",
            _("Start metadata check"),
            lambda pk, by: actions.start_check(offer_id=pk, by=by),
            "providers.check_offer",
            _shown("start_check"),
            in_list=True,
        ),
        Verb(
            "publish",
            _("Publish"),
            lambda pk, by: actions.publish(offer_id=pk, by=by),
            "providers.check_offer",
            _shown("publish"),
            consequence=lambda row: _("Companies find it and may ask for quotes."),
        ),
        Verb(
            "return",
            _("Send back"),
            lambda pk, by, reason: actions.return_offer(offer_id=pk, by=by, reason=reason),
            "providers.check_offer",
            _shown("return"),
            form=ReasonForm,
        ),
        Verb(
            "pause",
            _("Pause"),
            lambda pk, by: actions.pause(offer_id=pk, by=by),
            "providers.pause_offer",
            _shown("pause"),
            consequence=lambda row: _("Companies no longer find it. Quotes already asked for go on."),
        ),
        Verb(
            "resume",
            _("Publish again"),
            lambda pk, by: actions.resume(offer_id=pk, by=by),
            "providers.pause_offer",
            _shown("resume"),
        ),
    )
