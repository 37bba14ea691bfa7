"""POST /api/v1/quotes/: an institution's program prepares a quote as its people do."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.actions import Answer
from portal.accounts.api import IDEMPOTENCY, WritingView, responses
from portal.kit.api import Whole
from providers.institutions.models import Institution
from vouchers.matching import actions, queries
from vouchers.matching.models import QuoteDraft, QuoteRequest
from vouchers.matching.rules import agreeing, stages


def _party(text: str) -> serializers.CharField:
    return serializers.CharField(
        max_length=80, required=False, allow_null=True, help_text=f"{text} Empty: the asked institution."
    )


class QuoteLineWriting(Whole):
    kind = serializers.ChoiceField(stages.LineKind.choices())
    description = serializers.CharField(max_length=200)
    unit = serializers.CharField(max_length=30)
    quantity = serializers.DecimalField(max_digits=12, decimal_places=2)
    unit_price_won = serializers.IntegerField(
        min_value=0, max_value=stages.LARGEST_PRICE_WON, help_text="Whole won, VAT excluded."
    )
    tax_kind = serializers.ChoiceField(stages.TaxKind.choices())
    data_holder = _party("Key of the institution that holds the data.")
    contracting_party = _party("Key of the institution that signs.")
    reviewing_board = _party("Key of the institution whose boards decide.")
    payee = _party("Key of the institution that is paid.")


class QuoteWriting(Whole):
    """investigator: name and e-mail address of who agrees for the research, where the round asks for it."""

    request = serializers.CharField(max_length=24, help_text="Identifier of the quote request, as it stands in its address.")
    lines = QuoteLineWriting(many=True, max_length=stages.MOST_LINES)  # type: ignore[call-arg]
    valid_until = serializers.DateField(help_text="The company can accept the quote up to the end of this day.")
    earliest_delivery_on = serializers.DateField(required=False, allow_null=True)
    lead_time_days = serializers.IntegerField(
        min_value=1, max_value=500, required=False, allow_null=True,
        help_text="Working days from the signed agreement and the positive reviews, whichever is later, to the data.",
    )  # fmt: skip
    access_mode = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    assumptions = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    band_min_won = serializers.IntegerField(
        min_value=1, max_value=stages.LARGEST_PRICE_WON, required=False, allow_null=True,
        help_text="Lowest amount of a letter of intent, whose upper bound is the sum of the lines; empty for a quote.",
    )  # fmt: skip
    investigator_name = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")
    investigator_email = serializers.EmailField(required=False, allow_blank=True, default="")


class QuoteSerializer(serializers.Serializer[Any]):
    """What was prepared. The company sees it once nobody is waited for any more."""

    id = serializers.CharField()
    request = serializers.CharField()
    state = serializers.ChoiceField(agreeing.DraftStatus.choices())
    supply_amount_won = serializers.IntegerField()
    vat_won = serializers.IntegerField()
    waits_for = serializers.ListField(child=serializers.ChoiceField([("approver", "approver"), ("investigator", "investigator")]))


class QuoteCreate(WritingView):
    scope = "quotes:write"

    @extend_schema(
        summary="Prepare a quote; it leaves once the institution's approver and the investigator have agreed",
        request=QuoteWriting,
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True, description=IDEMPOTENCY.description)],
        responses=responses(QuoteSerializer, 412, 428, status=201),
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """One that waits already for the same request is replaced, as on the page."""
        return self.write(request, lambda body: _prepared(request, body), needs_key=True)


def _prepared(request: Request, body: dict[str, Any]) -> Answer:
    form = QuoteWriting(data=body)
    form.is_valid(raise_exception=True)
    data = dict(form.validated_data)
    asked = queries.asked_of(request.user).filter(ref=data.pop("request")).first()
    if asked is None:
        raise serializers.ValidationError({"request": [_("There is no such request to your institution.")]})
    lines = _with_parties(data.pop("lines"), asked)
    draft, _secret = actions.prepare_quote(request_id=asked.pk, lines=lines, by=request.user, **data)
    return Answer(201, _told(draft))


def _with_parties(lines: list[dict[str, Any]], asked: QuoteRequest) -> list[dict[str, Any]]:
    """Keys of institutions → their rows. Raises ValidationError naming those that are unknown."""
    keys = {line[name] for line in lines for name in stages.PARTIES if line.get(name)}
    rows = Institution.objects.active().filter(key__in=keys, is_demo=asked.institution.is_demo)
    known = dict(rows.values_list("key", "pk"))
    if unknown := sorted(keys - set(known)):
        raise serializers.ValidationError({"lines": [_("Unknown: %(codes)s.") % {"codes": ", ".join(unknown)}]})
    return [{**line, **{name: known.get(line.get(name) or "") for name in stages.PARTIES}} for line in lines]


def _told(draft: QuoteDraft) -> dict[str, Any]:
    waits = agreeing.missing(
        approved=draft.approved_at is not None, investigator_needed=draft.investigator_needed,
        investigator_agreed=draft.investigator_agreed_at is not None,
    )  # fmt: skip
    return {
        "id": draft.ref, "request": draft.request.ref, "state": str(draft.status), "supply_amount_won": draft.supply_amount_won,
        "vat_won": draft.vat_won, "waits_for": list(waits),
    }  # fmt: skip


urlpatterns = [path("quotes/", QuoteCreate.as_view(), name="api_quotes")]
