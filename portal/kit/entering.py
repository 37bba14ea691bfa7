"""Rows in the admin that people enter or edit by hand, through the room's actions."""

from abc import abstractmethod
from typing import Any

from django import forms
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from portal.kit.admin import VerbAdmin
from portal.kit.errors import DomainError


class FormAdmin(VerbAdmin):
    """Rows that people enter or edit by hand, through the room's actions (`save_model` calls one).

    What the form or an action refuses comes back in the form, beside its field, with 422 and everything that was typed.
    """

    def form_view(self, request: HttpRequest, object_id: str | None, form_url: str, extra: dict[str, Any]) -> Any:
        """The form view; once more, with the refusal in the form, when an action said no (its writes are undone)."""
        extra = {"show_save": True, "show_save_and_add_another": False, "show_save_and_continue": False, **extra}
        try:
            response = ModelAdmin.changeform_view(self, request, object_id, form_url, extra)
        except DomainError as error:
            if request.method != "POST":
                raise
            request.refusal = error  # type: ignore[attr-defined]
            response = ModelAdmin.changeform_view(self, request, object_id, form_url, extra)
        if request.method == "POST" and (getattr(response, "context_data", None) or {}).get("errors"):
            response.status_code = 422
        return response

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return self.with_refusal(request, super().get_form(request, obj, change, **kwargs))

    def with_refusal(self, request: HttpRequest, form: Any) -> Any:
        """The form class, which says what the action refused."""
        error: Any = getattr(request, "refusal", None)
        if error is None:
            return form

        class RefusedForm(form):  # type: ignore[misc]
            def _post_clean(self) -> None:
                super()._post_clean()
                if not self._errors:
                    self.add_error(error.field if error.field in self.fields else None, str(error.message))

        return RefusedForm


class EnteredAdmin(FormAdmin):
    """Rows that are entered once, through an action, and changed by verbs alone.

    enter_permission: who may enter. entry_form: the form of the add page, all its fields, those of its `field_order` first; None: one made of `fields`.
    entry_note: what saving it does, said above the form of the add page.
    """

    enter_permission = ""
    entry_form: type[forms.Form] | None = None
    entry_note: Any = ""

    @abstractmethod
    def enter(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        """Runs the action on what was entered; returns the row. Raises: DomainError, which comes back in the form."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(self.enter_permission))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None and self.entry_form:
            return self.with_refusal(request, self.entry_form)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None and self.entry_form:
            first = tuple(self.entry_form.field_order or ())
            rest = (name for name in self.entry_form.base_fields if name not in first)
            return [(None, {"fields": (*first, *rest)})]
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else super().get_readonly_fields(request, obj)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else super().get_inlines(request, obj)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        if object_id is not None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        return self.form_view(request, None, form_url, {"entry_note": self.entry_note, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made = self.enter(request, form.cleaned_data)
        obj.__dict__.update({name: value for name, value in made.__dict__.items() if name != "_state"})
        obj._state.adding = False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The journal keeps the history, not Django's admin log."""
