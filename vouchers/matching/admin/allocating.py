"""The officer's doors to a round's allocation: order, watch, compare with what companies chose, publish by a second person."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from portal.kit.admin import KeptReasonForm, Verb, VerbAdmin
from portal.kit.errors import DomainError
from portal.kit.won import won
from portal.templatetags.portal import kst
from vouchers.matching import actions
from vouchers.matching.forms.allocating import OrderAllocationForm
from vouchers.matching.models import Allocation
from vouchers.matching.queries import allocating as queries
from vouchers.matching.queries.allocated import lines
from vouchers.matching.rules.allocations import ALLOCATION_LIFECYCLE, DIED, Parted, Step, given_up

ORDER, PUBLISH = "vouchers.order_allocation", "vouchers.publish_allocation"
PER_PAGE = 50


def _held(obj: Allocation) -> Parted | None:
    """What of a computed one holds now: asked once a page. None once it is published or discarded."""
    if obj.status != "COMPUTED":
        return None
    if "_held" not in obj.__dict__:
        obj.__dict__["_held"] = queries.holding(obj)
    found: Parted = obj.__dict__["_held"]
    return found


def _hindrance(obj: Allocation) -> str:
    found = _held(obj)
    return queries.hindrance(obj, found) if found is not None else ""


def _told(obj: Allocation) -> str:
    found = _held(obj) or Parted((), ())
    count, left = len(found.pairs), len(found.left)
    days = queries.terms_of(obj.round).lapse_days
    made = ngettext("%(n)d proposal is published.", "%(n)d proposals are published.", count) % {"n": count}
    rest = _(
        "Companies and providers are told and see it beside their needs and offers for %(days)d working days. Nothing is reserved."
    )
    said = [made, rest % {"days": days}]
    if left:
        dropped = ngettext(
            "%(n)d computed pair holds no longer and is left out: the record says why.",
            "%(n)d computed pairs hold no longer and are left out: the record says why.",
            left,
        )
        said.insert(1, dropped % {"n": left})
    return " ".join(said)


@admin.register(Allocation)
class AllocationAdmin(VerbAdmin):
    list_display = ("round", "status", "ordered_by", "ordered", "publisher", "budget")
    list_filter = ("status", "round")
    list_select_related = ("round", "ordered_by", "published_by")
    list_only = ("round", "status", "ordered_by", "created_at", "published_by", "budget_won", "ref")
    ordering = ("-created_at",)
    actions_list = ("order_page",)
    change_form_template = "vouchers/matching/admin_allocation.html"
    fields = readonly_fields = (
        "round", "status", "budget", "ordered_by", "ordered", "publisher", "published", "stands_until", "why", "engine",
        "policy_number", "inputs_sha256",
    )  # fmt: skip
    verbs = (
        Verb(
            "publish", gettext_lazy("Publish the proposals"), lambda pk, by: actions.publish_allocation(allocation_id=pk, by=by),
            PUBLISH, lambda obj: ALLOCATION_LIFECYCLE.can(obj.status, "publish_allocation"), form=forms.Form,
            consequence=_told, not_by="ordered_by", hindered=_hindrance,
        ),
        Verb(
            "again", gettext_lazy("Have it computed again"), lambda pk, by: actions.order_again(allocation_id=pk, by=by), ORDER,
            lambda obj: obj.status != "ORDERED", makes=True,
            consequence=lambda obj: _(
                "A worker computes it from today's needs and offers, with the same budget. What is computed and not published is discarded."
            ),
        ),
        Verb(
            "discard", gettext_lazy("Discard the allocation"),
            lambda pk, by, reason: actions.discard_allocation(allocation_id=pk, reason=reason, by=by), ORDER,
            lambda obj: ALLOCATION_LIFECYCLE.can(obj.status, "discard_allocation"), form=KeptReasonForm, danger=True,
        ),
    )  # fmt: skip

    @admin.display(description=gettext_lazy("Ordered on"), ordering="created_at")
    def ordered(self, obj: Allocation) -> str:
        return kst(obj.created_at)

    @admin.display(description=gettext_lazy("Made public by"), ordering="published_by")
    def publisher(self, obj: Allocation) -> Any:
        return obj.published_by or "—"

    @admin.display(description=gettext_lazy("Published on"), ordering="published_at")
    def published(self, obj: Allocation) -> str:
        return kst(obj.published_at) or "—"

    @admin.display(description=gettext_lazy("Proposals stand until"), ordering="lapses_at")
    def stands_until(self, obj: Allocation) -> str:
        return kst(obj.lapses_at) or "—"

    @admin.display(description=gettext_lazy("Budget for all together"), ordering="budget_won")
    def budget(self, obj: Allocation) -> str:
        return won(obj.budget_won) if obj.budget_won is not None else "—"

    @admin.display(description=gettext_lazy("Reason"))
    def why(self, obj: Allocation) -> str:
        return str(DIED % {"n": obj.deaths}) if given_up(obj.deaths) else obj.reason or "—"

    def headline(self, obj: Allocation) -> str:
        return f"{obj.round} · {_('Allocation of offers')}"

    def has_order_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(ORDER)

    def case(self, request: HttpRequest, obj: Allocation) -> dict[str, Any]:
        """With how far it is; once computed with its totals and every need, losers first."""
        found: dict[str, Any] = {"run": obj, "places": [str(step) for step in Step].index(obj.step), "all_places": len(Step) - 1}
        if obj.outputs:
            rows, totals = lines(obj, _held(obj))
            found |= {"page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")), "totals": totals}
        return super().case(request, obj) | found

    @action(description=gettext_lazy("Allocate a round's offers"), url_path="order", permissions=["order"])
    def order_page(self, request: HttpRequest) -> HttpResponse:
        """Which round, with which budget; then a worker computes it."""
        form = OrderAllocationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                row = actions.order_allocation(round_id=given["round"].pk, budget_won=given["budget_won"], by=request.user)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error.message))
            else:
                messages.success(request, _("A worker computes it. You get a notice when it is done; nobody else is told."))
                return HttpResponseRedirect(self._change_url(row.pk))
        back = reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_changelist")
        context = {**self.admin_site.each_context(request), "opts": self.opts, "back": back, "form": form,
                   "title": _("Allocate a round's offers"), "empty": not queries.allocatable_rounds().exists()}  # fmt: skip
        return TemplateResponse(
            request, "vouchers/matching/admin_order_allocation.html", context, status=422 if form.errors else 200
        )
