"""Process data in the admin: everything read-only, the lifecycle's verbs as buttons.

A verb is an action of the room. Its button leads to a decision page (facts, consequence, reason) when it has a form or a
consequence to show, else it posts at once. Both work without JavaScript. Status is never editable.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.options import ActionLocation
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from portal.kit.errors import GONE, DomainError
from portal.kit.pages import Recounted
from portal.kit.showing import bilingual, in_words, sheet

__all__ = [
    "NONE_YET", "KeptReasonForm", "Pages", "PublicReasonForm", "ReadOnlyInline", "ReasonForm", "Verb",
    "VerbAdmin", "bilingual", "in_words", "sheet",
]  # fmt: skip
NONE_YET = "admin/verbs/inline_none.html"  # for inlines: one without rows, to which nobody adds here, says so
_PERSONS = ("user", "company", "organisation", "application", "agreement")
_STATES = ("status", "state", "verification", "publication", "scan_state")  # columns that say where a row stands
_NUMBERS = ("receipt_no", "project_no", "ref")  # columns by which people call a row; no account or card number


class ReasonForm(forms.Form):
    """For verbs that hurt somebody: the reason is told to them."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("The person concerned reads this."), max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "border rounded-default w-full p-3"}),
    )  # fmt: skip


class PublicReasonForm(ReasonForm):
    """For verbs whose reason everybody reads beside the record."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The reason is public: everybody reads it.")


class KeptReasonForm(ReasonForm):
    """For verbs about which nobody is told: the reason stays in the record's history."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("It stays in the record's history; nobody is told.")


@dataclass(frozen=True)
class Verb:
    """One button. run: the room's action, called as run(<pk>, by=user, **cleaned form data).

    shown: says for a row whether the button appears (mostly `LIFECYCLE.can(obj.status, name)`). consequence: a sentence
    about what will happen, shown before the button of the decision page. form: more to ask there.
    """

    name: str
    label: str | Promise
    run: Callable[..., Any]
    permission: str
    shown: Callable[[Any], bool]
    form: type[forms.Form] | None = None
    consequence: Callable[[Any], Any] | None = None
    facts: Callable[[Any], list[tuple[Any, Any]]] | None = None
    danger: bool = False
    done: str | Promise = _("Done.")
    in_list: bool = False  # also for several selected rows
    hindered: Callable[[Any], str] | None = None  # why it cannot be done yet, "": it can; its button is then shut and says why
    hindered_at: str = ""  # id of the part of the row's page where that is settled
    not_by: str = ""  # four eyes: column of who did the step before and so cannot do this one
    makes: bool = False  # it makes another row of the same kind, which is what the officer goes on with


class Pages(ChangeList):
    """A list of the admin. Every filter's every choice is an address: without filters in force it is just that choice."""

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        if self.filter_params or not new_params:
            return str(super().get_query_string(new_params, remove))
        return "?" + urlencode(sorted((name, value) for name, value in new_params.items() if value is not None), doseq=True)


class VerbAdmin(ModelAdmin):
    """Base of every process model's admin. Set `verbs`; columns and filters as usual."""

    verbs: tuple[Verb, ...] = ()
    list_only: tuple[str, ...] = ()  # columns that the list reads, where its rows carry much that it does not show
    shows_persons = True  # a row's page shows data of a person or a company: who opened it is written down
    lists_persons = False  # the list itself shows names and addresses of people
    keeps_history = True  # its rows are subjects of events, told at the page's foot
    change_form_template = "admin/verbs/change_form.html"
    compressed_fields = True
    list_per_page = 30
    show_full_result_count = False
    list_disable_select_all = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows about people and companies are for those who see every case; where rows say who sees them, they decide."""
        if not (request.user.is_authenticated and request.user.is_staff):
            return False
        return not self.shows_persons or request.user.sees_all_cases or hasattr(self.model._default_manager.all(), "visible_to")

    has_module_permission = has_view_permission  # type: ignore[assignment]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request)
        found = found.visible_to(request.user) if hasattr(found, "visible_to") else found
        return found.only(*self.list_only) if self.list_only and self._is_list(request) else found

    def get_paginator(
        self, request: HttpRequest, queryset: Any, per_page: int, orphans: int = 0, allow_empty_first_page: bool = True
    ) -> Recounted:
        """Rows may depend on who looks, so a large list is counted a person and filter."""
        wish = urlencode(sorted((name, one) for name, values in request.GET.lists() if name not in "po" for one in values))
        place = f"rows:{self.opts.label_lower}:{request.user.pk}:{hashlib.sha256(wish.encode()).hexdigest()}"
        return Recounted(queryset, per_page, place, orphans=orphans, allow_empty_first_page=allow_empty_first_page)

    def _is_list(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        return request.method == "GET" and match is not None and (match.url_name or "").endswith("_changelist")

    def get_urls(self) -> list[URLPattern]:
        info = self.opts.app_label, self.opts.model_name
        own = path(
            "<path:object_id>/verb/<slug:verb>/",
            self.admin_site.admin_view(self.verb_view),
            name="{}_{}_verb".format(*info),
        )
        return [own, *super().get_urls()]

    def verbs_for(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        """The buttons that this person may press on this row now."""
        return [
            {
                "name": verb.name,
                "label": verb.label,
                "danger": verb.danger,
                "direct": verb.form is None and verb.consequence is None,
                "url": self._verb_url(obj, verb),
                "hindered": self._hindrance(request, obj, verb),
                "hindered_at": verb.hindered_at,
            }
            for verb in self.verbs
            if verb.shown(obj) and request.user.has_perm(verb.permission)
        ]

    def _hindrance(self, request: HttpRequest, obj: Any, verb: Verb) -> str:
        if verb.not_by and getattr(obj, f"{verb.not_by}_id") == request.user.pk:
            return str(_("You did the step before this one yourself. Somebody else must decide."))
        return verb.hindered(obj) if verb.hindered else ""

    def _closed_now(self, request: HttpRequest, obj: Any, verb: Verb) -> str:
        """Why the page of a decision is not shown: an old link, or something that hinders it. "": it is. What is sent all the same
        is judged by the action."""
        return self._hindrance(request, obj, verb) if verb.shown(obj) else str(GONE)

    def _verb_url(self, obj: Any, verb: Verb) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_verb", args=[obj.pk, verb.name])

    def _change_url(self, object_id: Any) -> str:
        return reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        extra = dict(extra_context or {})
        obj = self.get_object(request, object_id) if object_id else None
        if obj is not None and self.has_view_permission(request, obj):
            self.write_down(request, obj)
            extra |= {**self.case(request, obj), "show_save": False}
        return super().changeform_view(request, object_id, form_url, extra)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What happened is told on the record's own page."""
        return HttpResponseRedirect(f"{self._change_url(object_id)}#history-title")

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """A row that is not there, or not open to this person: home, with a sentence that tells neither which."""
        messages.warning(request, str(_("There is no such record, or it is not open to you.")))
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:index"))

    def headline(self, obj: Any) -> str:
        """What people call this row: the page's title."""
        return import_string(settings.ADMIN_HEADLINE)(obj) or str(obj)

    def standing(self, obj: Any) -> tuple[str, Any] | None:
        """(code, word) of the state in which a row is; None for rows without states."""
        column = next((name for name in _STATES if hasattr(obj, name) and hasattr(obj, f"get_{name}_display")), "")
        return (getattr(obj, column), getattr(obj, f"get_{column}_display")()) if column else None

    def stands_since(self, obj: Any) -> datetime | None:
        """Since when, for states that no event brings; None: the event that brought the state says it."""
        return None

    def ball_at(self, obj: Any) -> Any:
        """The row that has the duties where this row has none: an application's call, for example."""
        return None

    def ways(self, request: HttpRequest, obj: Any) -> list[tuple[Any, str]]:
        """(label, address) of pages beside the row where this person goes on with it."""
        return []

    def ways_lead(self, obj: Any) -> bool:
        """The next step is on one of those pages; else the verbs come first."""
        return True

    def case(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """The head of a row's page: what it is, its number, where it stands, what this person may do."""
        headline = self.headline(obj)
        numbers = (getattr(obj, name, None) for name in _NUMBERS)
        number = next((one for one in numbers if isinstance(one, str) and one), "")
        return {
            "title": headline,
            "subtitle": None,
            "subject": obj,
            "subject_no": "" if number in headline else number,
            "standing": self.standing(obj),
            "stands_since": self.stands_since(obj),
            "ball_at": self.ball_at(obj),
            "verbs": self.verbs_for(request, obj),
            "ways": self.ways(request, obj),
            "ways_lead": self.ways_lead(obj),
            "has_verbs": bool(self.verbs),
            "keeps_history": self.keeps_history,
        }

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list; filters that nothing can be looked up by are left out, and it says so (Django would speak of the database)."""
        asked = {name: [one for one in texts if "\x00" not in one] for name, texts in request.GET.lists() if name != ERROR_FLAG}
        if dict(request.GET.lists()) != asked:
            messages.warning(request, _("A part of this address cannot be read as a filter. It was left out."))
            query = urlencode({name: texts for name, texts in asked.items() if texts}, doseq=True)
            return HttpResponseRedirect(f"{request.path}?{query}" if query else request.path)
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", None) or {}
        if self.lists_persons and "cl" in shown:
            persons = {ref for row in shown["cl"].result_list for ref in self.persons_of(row)}
            import_string(settings.READING_LOG)(
                request.user, self.model, persons=persons, what=f"admin: list {self.opts.model_name}"
            )
        return response

    def write_down(self, request: HttpRequest, obj: Any) -> None:
        """Looking at a row about people is looking at personal data: AccessLog."""
        if self.shows_persons and request.method == "GET":
            import_string(settings.READING_LOG)(
                request.user, obj, persons=self.persons_of(obj), what=f"admin: {self.opts.model_name}"
            )

    def persons_of(self, obj: Any) -> set[str]:
        """Refs of the person and the company that a row is about, as far as the row itself names them."""
        named = [obj if self.opts.model_name in _PERSONS else None, *(_cached(obj, name) for name in _PERSONS)]
        return {one.ref for one in named if one is not None}

    def get_action_choices(
        self, request: HttpRequest, default_choices: Any = None, action_location: Any = ActionLocation.CHANGE_LIST
    ) -> Any:
        """unfold's, which knows nothing yet of a row's own page; Django looks up its source for a warning on every list."""
        if action_location != ActionLocation.CHANGE_LIST:
            return []
        return super().get_action_choices(request, default_choices)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return Pages

    def get_actions(self, request: HttpRequest, action_location: Any = ActionLocation.CHANGE_LIST) -> Any:
        """The verbs that several selected rows may take at once; a row's own page has its buttons."""
        if action_location != ActionLocation.CHANGE_LIST:
            return {}
        actions = super().get_actions(request, action_location=action_location)
        actions.pop("delete_selected", None)
        for verb in self.verbs:
            if verb.in_list and request.user.has_perm(verb.permission):
                actions[verb.name] = (_several(verb), verb.name, str(verb.label))
        return actions

    def verb_view(self, request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        """GET: the decision page. POST: the action, then back to the row, or on to the one that it made."""
        found = next((v for v in self.verbs if v.name == verb), None)
        obj = self.get_object(request, object_id)
        if found is None or obj is None:
            raise Http404
        if not request.user.has_perm(found.permission):
            raise PermissionDenied
        if request.method == "GET" and (why := self._closed_now(request, obj, found)):
            messages.warning(request, why)
            return HttpResponseRedirect(self._change_url(object_id))
        self.write_down(request, obj)
        data = request.POST if request.method == "POST" else None
        form = self.verb_form(request, found, obj, data)
        if request.method == "POST" and (form is None or form.is_valid()):
            try:
                made = found.run(obj.pk, by=request.user, **(form.cleaned_data if form else {}))
            except DomainError as error:
                if form is None:
                    messages.error(request, str(error.message))
                    return HttpResponseRedirect(self._change_url(object_id))
                form.add_error(error.field if error.field in form.fields else None, str(error.message))
            else:
                messages.success(request, f"{found.label}: {found.done}")
                return HttpResponseRedirect(self._change_url(str(made.pk) if found.makes else object_id))
        context = {
            **self.admin_site.each_context(request),
            "title": found.label,
            "opts": self.opts,
            "subject": obj,
            "headline": self.headline(obj),
            "crumb": self.headline(obj),
            "verb": found,
            "form": form,
            "facts": found.facts(obj) if found.facts else [],
            "consequence": found.consequence(obj) if found.consequence else "",
            "back": self._change_url(object_id),
            "media": self.media,
        }
        status = 422 if request.method == "POST" else 200
        return TemplateResponse(request, "admin/verbs/decide.html", context, status=status)

    def verb_form(self, request: HttpRequest, verb: Verb, obj: Any, data: Any) -> forms.Form | None:
        """The form of a decision page; a form class that wants the row or who acts takes it as keyword `subject` or `user`."""
        if verb.form is None:
            return None
        wanted = {"subject": obj, "user": request.user}
        given = {name: value for name, value in wanted.items() if getattr(verb.form, f"wants_{name}", False)}
        return verb.form(data, request.FILES or None, **given)


def _cached(obj: Any, name: str) -> Any:
    """A relation of the row, when it has one of that name."""
    return getattr(obj, name, None) if name in {field.name for field in obj._meta.get_fields()} else None


def _several(verb: Verb) -> Callable[[VerbAdmin, HttpRequest, Any], None]:
    """A verb for selected rows: each by itself, each refusal named."""

    def run(_admin: VerbAdmin, request: HttpRequest, rows: Any) -> None:
        done = 0
        for row in rows:
            try:
                verb.run(row.pk, by=request.user)
                done += 1
            except DomainError as error:
                messages.error(request, f"{row}: {error.message}")
        if done:
            messages.success(request, _("%(verb)s: %(count)d done.") % {"verb": verb.label, "count": done})

    run.short_description = verb.label  # type: ignore[attr-defined]
    return run


class ReadOnlyInline:
    """Mixin for inlines of process data."""

    extra = 0
    template_before = NONE_YET
    can_delete = False
    show_title = False  # mostly a reference, which the columns make unneeded
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True
