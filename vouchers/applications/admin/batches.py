"""The officer's doors to the eligibility of a whole round: where it stands, one verb for many, what was done and what not."""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from portal.kit.admin import VerbAdmin
from portal.kit.errors import DomainError
from portal.templatetags.portal import kst
from vouchers.applications import actions, queries, rules
from vouchers.applications.forms import BatchForm, RehearsalForm, RoundInCheckForm
from vouchers.applications.models import CheckBatch
from vouchers.rounds.models import Round

CHECK = "vouchers.check_application"
PER_PAGE = 50
K = rules.BatchKind
WHAT_HAPPENS = {
    K.BEGIN_CHECK: gettext_lazy("Every rule is asked about every application that was received and is not in the check yet."),
    K.ASK_TAX: gettext_lazy(
        "The tax service is asked about every company whose application is not decided, 100 a call. Where it does not answer, "
        "the rule needs a person; nothing is held up."
    ),
    K.ASK_RULES: gettext_lazy(
        "Every rule is asked again with today's facts. A person's verdict stays until the fact that it judged has changed."
    ),
    K.FIND_ELIGIBLE: gettext_lazy(
        "Every application whose every rule is met is found eligible and its company is told. The others stay as they are, with their reasons."
    ),
}


def begin(request: HttpRequest, *, kind: str, **of: Any) -> HttpResponse | None:
    """Starts a batch, takes its first applications, and leads to its page. None: it was refused, as a message says."""
    try:
        batch = actions.start_batch(kind=kind, by=request.user, **of)  # type: ignore[arg-type]
    except DomainError as error:
        messages.error(request, str(error.message))
        return None
    actions.go_on_batch(batch_id=batch.pk)
    return HttpResponseRedirect(reverse("admin:vouchers_checkbatch_change", args=[batch.pk]))


@admin.register(CheckBatch)
class CheckBatchAdmin(VerbAdmin):
    list_display = ("kind", "round", "started_by", "begun", "finished")
    list_filter = ("kind", "round")
    list_select_related = ("round", "started_by")
    ordering = ("-created_at", "-id")
    actions_list = ("round_page",)
    change_form_template = "vouchers/applications/admin_batch.html"
    fields = readonly_fields = ("kind", "round", "started_by", "begun", "finished")

    @admin.display(description=gettext_lazy("Begun at"), ordering="created_at")
    def begun(self, obj: CheckBatch) -> str:
        return kst(obj.created_at)

    @admin.display(description=gettext_lazy("Finished at"), ordering="finished_at")
    def finished(self, obj: CheckBatch) -> str:
        return kst(obj.finished_at) or "—"

    def headline(self, obj: CheckBatch) -> str:
        return f"{obj.round} · {obj}" if obj.round else str(obj)

    def has_check_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm(CHECK)

    def ways(self, request: HttpRequest, obj: CheckBatch) -> list[tuple[Any, str]]:
        if obj.round_id is None or not self.has_check_permission(request):
            return []
        return [(_("Eligibility of the whole round"), f"{_round_page()}?round={obj.round_id}")]

    def case(self, request: HttpRequest, obj: CheckBatch) -> dict[str, Any]:
        """With its applications: what was not done first."""
        page = Paginator(queries.lines(obj), PER_PAGE).get_page(request.GET.get("page"))
        return super().case(request, obj) | {
            "batch": obj,
            "counts": queries.counts(obj),
            "page": page,
            "running": obj.finished_at is None,
        }

    def persons_of(self, obj: Any) -> set[str]:
        """The companies whose applications its page names."""
        if not isinstance(obj, CheckBatch):
            return super().persons_of(obj)
        return {line.application.company.ref for line in queries.lines(obj)[:PER_PAGE]}

    def get_urls(self) -> list[URLPattern]:
        """Beside the batches: test companies apply in a rehearsal."""
        view = self.admin_site.admin_view(self.rehearsal_page)
        return [path("rehearsal/<int:pk>/", view, name="vouchers_checkbatch_rehearsal"), *super().get_urls()]

    def rehearsal_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How many new test companies apply; then the list of the rehearsal's applications."""
        round_ = Round.objects.filter(pk=pk, kind="REHEARSAL").first()
        if round_ is None or not request.user.has_perm("vouchers.manage_round"):
            raise Http404
        form = RehearsalForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                made = actions.apply_in_rehearsal(round_id=pk, by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            except DomainError as error:
                form.add_error("companies_wanted", str(error.message))
            else:
                messages.success(request, _("%(n)d test companies applied.") % {"n": len(made)})
                return HttpResponseRedirect(f"{reverse('admin:vouchers_application_changelist')}?round__id__exact={pk}")
        context = {
            **self.admin_site.each_context(request), "title": _("Let test companies apply"), "opts": self.opts, "programme": round_,
            "form": form, "back": reverse("admin:vouchers_round_change", args=[pk]),
        }  # fmt: skip
        status = 422 if form.errors else 200
        return TemplateResponse(request, "vouchers/applications/admin_rehearsal.html", context, status=status)

    @action(description=gettext_lazy("Eligibility of the whole round"), url_path="round", permissions=["check"])
    def round_page(self, request: HttpRequest) -> HttpResponse:
        """Where the round stands, and a button for each thing that can be done for all."""
        chooser = RoundInCheckForm(request.GET if "round" in request.GET else None)
        round_ = chooser.chosen()
        form = BatchForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and round_ is not None and form.is_valid():
            answer = begin(request, kind=form.cleaned_data["kind"], round_id=round_.pk)
            return answer or HttpResponseRedirect(f"{request.path}?round={round_.pk}")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Eligibility of the whole round"), "opts": self.opts, "chooser": chooser, "programme": round_,
            "wrong": _("Choose one of the buttons below.") if form.errors else "",
            "back": reverse(f"{self.admin_site.name}:vouchers_checkbatch_changelist"),
            **(_shown(round_) if round_ else {}),
        }  # fmt: skip
        status = 422 if form.errors else 200
        return TemplateResponse(request, "vouchers/applications/admin_batch_round.html", context, status=status)


def _round_page() -> str:
    return reverse("admin:vouchers_checkbatch_round_page")


def _shown(round_: Round) -> dict[str, Any]:
    stands = queries.standing(round_)
    undecided = stands.received + stands.in_check + stands.supplement
    sizes = {K.BEGIN_CHECK: stands.received, K.ASK_TAX: undecided, K.ASK_RULES: stands.in_check, K.FIND_ELIGIBLE: stands.agree}
    return {
        "stands": stands,
        "by_rule": [(rules.Rule(rule).label, not_met, person) for rule, not_met, person in stands.by_rule],
        "kinds": [(kind, kind.label, WHAT_HAPPENS[kind], sizes[kind]) for kind in K],
        "batches": queries.batches_of(round_),
    }
