"""The pages on which an officer writes a draft's questions; afterwards they are read there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.translation import gettext as _

from portal.kit.admin import VerbAdmin
from portal.kit.errors import DomainError
from portal.kit.words import day
from vouchers.rounds import actions, rules
from vouchers.rounds.forms import QuestionForm
from vouchers.rounds.models import Round

MANAGE = "vouchers.manage_round"


def may_edit(request: HttpRequest, row: Round | None) -> bool:
    draft = row is None or (row.status == rules.RoundStatus.DRAFT and not row.is_reference)
    return draft and request.user.has_perm(MANAGE)


@dataclass(frozen=True)
class Row:
    """A question as the list tells it. faults: sentences."""

    question: rules.Question
    kind: Any
    limits: list[str]
    condition: str
    faults: list[str]


class QuestionPages(VerbAdmin):
    """`…/round/<pk>/questions/`: the list; `…/questions/new/` and `…/questions/<key>/`: one question."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/questions/", view(self.questions_page), name="vouchers_round_questions"),
            path("<int:pk>/questions/<slug:key>/", view(self.question_page), name="vouchers_round_question"),
            *super().get_urls(),
        ]

    def questions_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Every section with its questions. POST: `up`, `down` or `remove` with a key, and the version that was seen."""
        row = self._round(request, pk)
        if request.method == "POST":
            return self._order(request, row)
        asked = _asked(row)
        may_see = request.user.has_perm("vouchers.manage_round")  # the form as applicants see it is shown to who writes it
        sections = [(one, _rows(asked, one), _preview(row, one) if may_see else "") for one in rules.QuestionSection]
        version = row.policy_version()
        context = {"sections": sections, "total": len(asked), "version": version.number if version else 0}
        return self._show(request, row, "questions", _("Questions of the call"), context)

    def _order(self, request: HttpRequest, row: Round) -> HttpResponse:
        number = request.POST.get("version", "")
        seen = int(number) if number.isdecimal() and len(number) < 9 else 0
        key = next((request.POST[name] for name in ("up", "down", "remove") if name in request.POST), "")
        given: dict[str, Any] = {"round_id": row.pk, "version": seen, "key": key, "by": request.user}
        try:
            if "remove" in request.POST:
                actions.remove_question(**given)
                messages.success(request, _("The question was removed."))
            else:
                actions.move_question(**given, up="up" in request.POST)
        except DomainError as error:
            messages.error(request, str(error.message))
        return HttpResponseRedirect(self._list_url(row))

    def question_page(self, request: HttpRequest, pk: int, key: str) -> HttpResponse:
        """One question's form; key `new`: a further one."""
        row = self._round(request, pk)
        if not may_edit(request, row):
            raise PermissionDenied
        asked, version = _asked(row), row.policy_version()
        held = next((one for one in asked if one.key == key), None)
        if held is None and key != "new":
            raise Http404
        data = request.POST if request.method == "POST" else None
        form = QuestionForm(data, asked=asked, held=held, section=request.GET.get("section", ""))
        form.initial["version"] = version.number if version else 0
        if data is not None and form.is_valid():
            try:
                actions.save_question(round_id=row.pk, key=held.key if held else "", by=request.user, **form.cleaned_data)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error.message))
            else:
                return self._saved(request, row, held)
        title = held.label if held else _("New question")
        lacking = _lacking(asked, held.key) if held else []
        return self._show(request, row, "question", title, {"form": form, "lacking": lacking}, 422 if form.errors else 200)

    def _saved(self, request: HttpRequest, row: Round, held: rules.Question | None) -> HttpResponse:
        """Back to the list, saying what the question still lacks."""
        asked = _asked(row)
        mine = next((one for one in asked if held and one.key == held.key), None) or max(asked, key=lambda one: one.number)
        messages.success(request, _("The question is saved."))
        for sentence in _faults(asked, mine.key):
            messages.warning(request, sentence)
        return HttpResponseRedirect(f"{self._list_url(row)}#{mine.key}")

    def _round(self, request: HttpRequest, pk: int) -> Round:
        row: Round | None = self.get_object(request, str(pk))
        if row is None or row.is_reference:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row

    def _list_url(self, row: Round) -> str:
        return reverse(f"{self.admin_site.name}:vouchers_round_questions", args=[row.pk])

    def _show(
        self, request: HttpRequest, row: Round, name: str, title: str, more: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "subject": row, "headline": str(row), "title": title,
            "back": self._change_url(row.pk), "list_url": self._list_url(row), "may_edit": may_edit(request, row),
            "has_policy": row.policy_version() is not None, **more,
        }  # fmt: skip
        return TemplateResponse(request, f"vouchers/rounds/admin_{name}.html", context, status=status)


def _asked(row: Round) -> tuple[rules.Question, ...]:
    version = row.policy_version()
    return rules.parse_questions(version.body.get("questions", ())) if version else ()


def _preview(row: Round, section: rules.QuestionSection) -> str:
    """The address of the room that shows a section as applicants see it."""
    try:
        return reverse("applications:asked", args=[row.key, section.value])
    except NoReverseMatch:
        return ""


def _rows(asked: Sequence[rules.Question], section: str) -> list[Row]:
    return [
        Row(one, rules.QuestionKind(one.kind).label, limit_words(one), _condition(asked, one), _faults(asked, one.key))
        for one in asked
        if one.section == section
    ]


def _faults(asked: Sequence[rules.Question], key: str) -> list[str]:
    return [rules.fault_words(one) for one in rules.question_faults(asked) if rules.fault_place(one)[1] == key]


def _lacking(asked: Sequence[rules.Question], key: str) -> list[tuple[str, str]]:
    """(field of the form where it is mended, or "", sentence) of what a stored question lacks."""
    found = [one for one in rules.question_faults(asked) if rules.fault_place(one)[1] == key]
    return [(rules.question_fault_field(one), rules.fault_words(one)) for one in found]


def _condition(asked: Sequence[rules.Question], one: rules.Question) -> str:
    """`Regulatory path = Medical device`, or "" where it is always asked."""
    source = next((other for other in asked if other.key == one.when), None)
    chosen = next((choice.label for choice in source.choices if choice.code == one.equals), "") if source else ""
    return f"{source.label} = {chosen}" if source and chosen else ""


def limit_words(one: rules.Question) -> list[str]:
    """What bounds the answer, in the reader's language."""
    found = []
    if one.kind in rules.COUNTED:
        if one.least:
            found.append(_("at least %(n)s") % {"n": f"{one.least:,}"})
        if one.most is not None or one.kind in {rules.QuestionKind.TEXT, rules.QuestionKind.LONG_TEXT, rules.QuestionKind.TABLE}:
            found.append(_("at most %(n)s") % {"n": f"{one.limit:,}"})
    if one.first_day:
        found.append(_("from %(day)s") % {"day": day(one.first_day)})
    if one.last_day:
        found.append(_("until %(day)s") % {"day": day(one.last_day)})
    parts = [part.label for part in (*one.choices, *one.columns)]
    return [*found, *([" · ".join(parts)] if parts else []), *([", ".join(one.file_types).upper()] if one.file_types else [])]
