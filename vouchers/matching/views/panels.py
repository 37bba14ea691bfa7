"""A verb that this person may do now: a button, or a form that unfolds. The same for both sides of a quote."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse

from portal.kit.errors import DomainError
from portal.kit.htmx import redirect


@dataclass(frozen=True)
class Verb:
    """run(row, by=…, text=… when there is a form): the action. perm: asked of the row's side before the button shows."""

    name: str
    label: Any
    run: Callable[..., Any]
    done: Any
    form: type[forms.Form] | None = None
    kind: str = "tertiary"
    consequence: Any = ""
    danger: bool = False


@dataclass
class Panel:
    """A verb on the page; its form is bound and unfolded when what was sent could not be accepted."""

    verb: Verb
    url: str
    form: forms.Form | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def unfolded(self) -> bool:
        return bool(self.form is not None and self.form.is_bound)


def panels(
    verbs: Iterable[Verb], url_of: Callable[[str], str], bound: tuple[str, forms.Form] | None = None,
    shown: Mapping[str, str] | None = None,
) -> list[Panel]:  # fmt: skip
    """A panel a verb; `bound` is the form that came back with errors; `shown` goes along hidden: what the page showed."""
    found = []
    for verb in verbs:
        form = verb.form(prefix=verb.name, use_required_attribute=False) if verb.form else None
        if bound and bound[0] == verb.name:
            form = bound[1]
        found.append(Panel(verb, url_of(verb.name), form, shown or {}))
    return found


def perform(
    request: HttpRequest,
    verbs: Mapping[str, Verb],
    name: str,
    row: Any,
    show: Callable[..., HttpResponse],
    back: str | Callable[[Any], str],
) -> HttpResponse:
    """Runs the verb; a refusal shows the page again (422 or 409) with its sentence and everything that was typed.

    show(bound=…, problem=…, status=…): renders the row's page. back: where to go afterwards, or a function of the result.
    """
    verb = verbs.get(name)
    if verb is None:
        raise Http404
    form = verb.form(request.POST, prefix=verb.name, use_required_attribute=False) if verb.form else None
    if form is not None and not form.is_valid():
        return show(bound=(name, form), problem="", status=422)
    try:
        result = verb.run(row, by=request.user, **(form.cleaned_data if form else {}))
    except DomainError as error:
        if form is not None:
            field = error.field if error.field in form.fields else "text"
            form.add_error(field if error.field and field in form.fields else None, str(error.message))
            return show(bound=(name, form), problem="", status=422)
        return show(bound=None, problem=str(error.message), status=error.status)
    messages.success(request, str(verb.done))
    return redirect(request, back if isinstance(back, str) else back(result))
