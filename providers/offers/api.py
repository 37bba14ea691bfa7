"""GET /api/v1/offers/, GET and PUT /api/v1/offers/{id}/"""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.actions import Answer
from portal.accounts.api import IDEMPOTENCY, IF_MATCH, WritingView, require_match, responses
from portal.accounts.queries import organisation_ids_of
from portal.kit import clock
from portal.kit.api import LANGUAGE, PublicList, StalePrecondition, Whole
from portal.kit.errors import Stale
from providers.catalogue import queries as catalogue
from providers.catalogue.models import Dataset
from providers.offers import actions, queries, rules
from providers.offers.models import Offer, OfferLine


class OfferLineSerializer(serializers.ModelSerializer[OfferLine]):
    class Meta:
        model = OfferLine
        fields: ClassVar[list[str]] = ["kind", "title_ko", "title_en", "unit", "unit_price_won", "tax_kind", "minimum"]


class OfferSerializer(serializers.ModelSerializer[Offer]):
    id = serializers.CharField(source="ref")
    institution = serializers.CharField(source="institution.key")
    dataset = serializers.CharField(source="dataset.key", allow_null=True, default=None)
    is_demo = serializers.BooleanField(source="institution.is_demo")
    lines = OfferLineSerializer(many=True)

    class Meta:
        model = Offer
        fields: ClassVar[list[str]] = [
            "id", "institution", "dataset", "kind", "title_ko", "title_en", "description_ko", "description_en", "lines",
            "floor_won", "capacity", "capacity_period", "open_capacity", "access_modes", "exits", "lead_time_days",
            "allowed_purposes", "commercial_ai_allowed", "model_export", "joint_drb", "valid_from", "valid_to",
            "status", "published_at", "is_demo", "version",
        ]  # fmt: skip

    def to_representation(self, instance: Offer) -> dict[str, Any]:
        """Empty text means "not given" and is null."""
        return {name: None if value == "" else value for name, value in super().to_representation(instance).items()}


@extend_schema(summary="Published offers with price lines (whole won, VAT excluded)")
class OfferList(PublicList):
    serializer_class = OfferSerializer
    filters: ClassVar[dict[str, str]] = {
        "kind": "kind",
        "institution": "institution__key",
        "dataset": "dataset__key",
        "access_mode": "access_modes__overlap",
        "purpose": "allowed_purposes__overlap",
        "joint_drb": "joint_drb",
    }
    coded: ClassVar[dict[str, str]] = {"access_mode": "access_mode", "kind": "offer_kind", "purpose": "purpose"}
    booleans: ClassVar[frozenset[str]] = frozenset({"joint_drb"})
    orderings: ClassVar[dict[str, str]] = {"id": "ref", "floor_won": "floor_won", "lead_time_days": "lead_time_days"}

    def get_queryset(self) -> QuerySet[Offer]:
        offered = Offer.objects.offered(clock.now())
        return offered.select_related("institution", "dataset").prefetch_related("lines").order_by("ref")


class LineWriting(Whole):
    kind = serializers.ChoiceField(rules.LineKind.choices())
    title_ko = serializers.CharField(max_length=120)
    title_en = serializers.CharField(max_length=120, allow_null=True, allow_blank=True)
    unit = serializers.ChoiceField(rules.Unit.choices())
    unit_price_won = serializers.IntegerField(
        min_value=0, max_value=rules.LARGEST_PRICE_WON, help_text="Whole won, VAT excluded."
    )
    tax_kind = serializers.ChoiceField(rules.TaxKind.choices())
    minimum = serializers.IntegerField(min_value=0, max_value=rules.MOST_QUANTITY, help_text="The least quantity of one order.")


def _codes(text: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=30), max_length=50, help_text=text)


class OfferWriting(Whole):
    """A whole offer. What is only read may be sent as it was read."""

    kind = serializers.ChoiceField(rules.OfferKind.choices())
    dataset = serializers.CharField(max_length=80, allow_null=True, help_text="Identifier of a dataset of the institution.")
    title_ko = serializers.CharField(max_length=120)
    title_en = serializers.CharField(max_length=120, allow_null=True, allow_blank=True)
    description_ko = serializers.CharField(max_length=2000, allow_null=True, allow_blank=True)
    description_en = serializers.CharField(max_length=2000, allow_null=True, allow_blank=True)
    lines = LineWriting(many=True, max_length=rules.MOST_LINES, help_text="In their order.")
    capacity = serializers.IntegerField(min_value=0, max_value=rules.MOST_CAPACITY, allow_null=True)
    capacity_period = serializers.ChoiceField(rules.Period.choices())
    open_capacity = serializers.IntegerField(min_value=0, max_value=rules.MOST_CAPACITY, allow_null=True)
    access_modes = _codes("Codes of the list access_mode.")
    exits = _codes("Codes of the list exit_kind.")
    lead_time_days = serializers.IntegerField(
        min_value=1,
        max_value=rules.LONGEST_LEAD_DAYS,
        allow_null=True,
        help_text="Working days from the signed agreement and the positive reviews, whichever is later, to the data.",
    )
    allowed_purposes = serializers.MultipleChoiceField(choices=rules.Purpose.choices())
    commercial_ai_allowed = serializers.BooleanField(allow_null=True)
    model_export = serializers.BooleanField(allow_null=True)
    joint_drb = serializers.BooleanField()
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        known = catalogue.known_codes_kept()
        for name, listed in (("access_modes", "access_mode"), ("exits", "exit_kind")):
            codes = known.get(listed, [])
            unknown = [code for code in attrs[name] if code not in codes]
            if unknown:
                told = _("Unknown: %(codes)s. Known are: %(known)s.")
                raise serializers.ValidationError({name: told % {"codes": ", ".join(unknown), "known": ", ".join(codes)}})
            attrs[name] = [code for code in codes if code in attrs[name]]
        attrs["allowed_purposes"] = [str(one) for one in rules.Purpose if one in attrs["allowed_purposes"]]
        return attrs


READ_ONLY = ("id", "institution", "floor_won", "status", "published_at", "is_demo", "version")


@extend_schema(
    summary="One offer: to everybody when it is published, to its institution's key in every state", parameters=[LANGUAGE]
)
class OfferDetail(WritingView):
    scope = "offers:write"

    @extend_schema(responses=OfferSerializer)
    def get(self, request: Request, ref: str) -> Response:
        rows = Offer.objects.visible_to(request.user).select_related("institution", "dataset").prefetch_related("lines")
        offer = get_object_or_404(rows, ref=ref)
        return Response(OfferSerializer(offer).data, headers={"ETag": _etag(offer)})

    @extend_schema(
        summary="Change a draft, or a published or paused offer at once, as the pages do",
        request=OfferWriting, parameters=[IF_MATCH, IDEMPOTENCY], responses=responses(OfferSerializer),
    )  # fmt: skip
    def put(self, request: Request, ref: str) -> Response:
        """Every field is sent; what is only read may be sent as it was read. The same content changes nothing and keeps its ETag."""
        return self.write(request, lambda body: _changed(request, ref, body))


def _etag(offer: Offer) -> str:
    return f'"{offer.version}"'


def _changed(request: Request, ref: str, body: dict[str, Any]) -> Answer:
    mine = Offer.objects.of_organisations(organisation_ids_of(request.user))
    offer = get_object_or_404(mine.select_related("institution", "dataset").prefetch_related("lines"), ref=ref)
    require_match(request, _etag(offer))
    values, lines, dataset = _read(offer, body)
    same = all(getattr(offer, name) == value for name, value in values.items())
    if not (same and offer.dataset == dataset and [line.rule() for line in queries.lines_of(offer)] == lines):
        try:
            actions.edit(offer_id=offer.pk, version=offer.version, values=values, lines=lines, dataset=dataset, by=request.user)
        except Stale as stale:
            raise StalePrecondition(str(stale.message)) from None
    saved = mine.select_related("institution", "dataset").prefetch_related("lines").get(pk=offer.pk)
    return Answer(200, OfferSerializer(saved).data, _etag(saved))


def _read(offer: Offer, body: dict[str, Any]) -> tuple[dict[str, Any], list[rules.Line], Dataset | None]:
    """(values, lines, dataset) of a body. Raises ValidationError naming each wrong field."""
    now = OfferSerializer(offer).data
    touched = [name for name in READ_ONLY if name in body and body[name] != now[name]]
    if touched:
        raise serializers.ValidationError({name: [_("This field is only for reading.")] for name in touched})
    form = OfferWriting(data={name: value for name, value in body.items() if name not in READ_ONLY})
    form.is_valid(raise_exception=True)
    values = {name: "" if value is None and name in TEXTS else value for name, value in form.validated_data.items()}
    lines = [rules.Line(**{**line, "title_en": line["title_en"] or ""}) for line in values.pop("lines")]
    key, dataset = values.pop("dataset"), None
    if key:
        dataset = Dataset.objects.filter(institution=offer.institution, key=key).first()
        if dataset is None:
            raise serializers.ValidationError({"dataset": [_("None of your datasets has this key.")]})
    return values, lines, dataset


TEXTS = frozenset({"title_en", "description_ko", "description_en"})
