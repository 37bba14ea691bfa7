"""An institution writes its entry: sections, what the profile still requires, submit, pause, confirm."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.kit.access import needs
from portal.kit.errors import DomainError, Stale
from portal.kit.htmx import form_errors, page, redirect
from portal.kit.words import pick
from providers.catalogue import actions, forms, queries, rules
from providers.catalogue.models import Dataset
from providers.catalogue.queries import holders
from providers.institutions import queries as institutions


def _own(request: HttpRequest, key: str) -> Dataset:
    """An entry of the person's own institution, or 404."""
    return get_object_or_404(queries.own_datasets(request.user), key=key)


@needs("providers.edit_dataset")
@require_safe
def entry(request: HttpRequest, key: str) -> HttpResponse:
    """The entry as a task list: what it lacks under its profile, what may be done now, what happened."""
    found = queries.entry_of(_own(request, key))
    history = queries.timeline(found.dataset)
    sent_back = found.state == rules.DraftState.DRAFT and history and history[-1]["text"]
    context = {
        "entry": found,
        "dataset": found.dataset,
        "title": pick(found.content, "title"),
        "profile": rules.Profile.word(found.content["profile"]) if found.content["profile"] else "",
        "state": rules.DraftState.word(found.state) if found.state else "",
        "sections": [_task(key, one) for one in queries.sections_of(found)],
        "required": [_link(key, gap) for gap in found.completeness.required],
        "recommended": [_link(key, gap) for gap in found.completeness.recommended],
        "verbs": _verbs(found),
        "returned": sent_back or "",
        "variables": len(found.content.get("variables") or []),
        "history": history,
    }
    return page(request, "providers/catalogue/entry.html", context)


def _task(key: str, section: dict[str, Any]) -> dict[str, Any]:
    """A section in the task list: what it needs, else what it would profit from, else done."""
    required, recommended = section["required"], section["recommended"]
    state, label = "done", _("Complete")
    if required:
        state, label = "fix", ngettext("%(n)d needed", "%(n)d needed", required) % {"n": required}
    elif recommended:
        state, label = "draft", ngettext("%(n)d recommended", "%(n)d recommended", recommended) % {"n": recommended}
    return {**section, "url": _section_url(key, section["name"]), "state": state, "label": label}


def _section_url(key: str, name: str) -> str:
    if name == "variables":
        return reverse("providers:dataset_variables", args=[key])
    return reverse("providers:dataset_section", args=[key, name])


def _link(key: str, gap: rules.Gap) -> dict[str, Any]:
    """A gap with the address of the field that fills it."""
    name = queries.section_of(gap.field)
    anchor = f"id_{gap.field}" if gap.field not in forms.FORMSETS and name != "variables" else gap.field
    return {"label": gap.label, "term": gap.term, "url": f"{_section_url(key, name)}#{anchor}"}


def _verbs(found: queries.Entry) -> list[dict[str, Any]]:
    """The provider's buttons now, the main one first."""
    dataset = found.dataset
    names: list[tuple[str, str, str, dict[str, Any]]] = []
    draft = found.state == rules.DraftState.DRAFT
    if draft:
        names.append(("submit", _("Submit for checking"), "primary", {}))
    if dataset.publication in rules.SHOWN:
        if draft:
            sentence = _("What was written since the last publication is lost. The published version stays.")
            names.append(("discard", _("Discard the draft"), "tertiary", {"danger": True, "consequence": sentence}))
        names.append(("confirm", _("Still right"), "secondary", {}))
        verb, label = ("pause", _("Pause")) if dataset.publication == "PUBLISHED" else ("resume", _("Publish again"))
        names.append((verb, label, "tertiary", {}))
    if rules.LIFECYCLE.can(dataset.publication, "retire"):
        sentence = _("A retired entry cannot be published again.")
        names.append(("retire", _("Retire"), "tertiary", {"danger": True, "consequence": sentence, "reason": True}))
    return [
        {"name": name, "label": label, "kind": kind, "url": reverse("providers:dataset_verb", args=[dataset.key, name]), **more}
        for name, label, kind, more in names
    ]


VERBS: dict[str, Any] = {
    "submit": actions.submit, "discard": actions.discard, "confirm": actions.confirm, "pause": actions.pause,
    "resume": actions.resume, "retire": actions.retire,
}  # fmt: skip
DONE = {
    "submit": _lazy("Submitted. The operating agency checks the entry and answers."),
    "discard": _lazy("The draft is discarded."),
    "confirm": _lazy("Thank you. The entry counts as right from today."),
    "pause": _lazy("Paused."),
    "resume": _lazy("Published again."),
    "retire": _lazy("The entry is retired."),
}


@needs("providers.edit_dataset")
@require_POST
def verb(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Submit, discard, confirm, pause, resume or retire an entry of the own institution."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), key=key)
    more = {"reason": request.POST.get("reason", "")[:1000]} if verb == "retire" else {}
    try:
        VERBS[verb](dataset_id=dataset.pk, by=request.user, **more)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, str(DONE[verb]))
    if request.POST.get("next") == "home" or not queries.own_datasets(request.user).filter(pk=dataset.pk).exists():
        return redirect(request, reverse("providers:home"))
    return redirect(request, reverse("providers:dataset_entry", args=[dataset.key]))


BEGINNING = {  # of a new entry, until somebody chooses something else
    "status": "AVAILABLE", "theme": ["HEAL"], "access_rights": "NON_PUBLIC", "profile": "NON_PUBLIC", "language": ["ko"],
}  # fmt: skip


@needs("providers.edit_dataset")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new entry begins with its first section."""
    mine = institutions.of_user(request.user)
    if not mine:
        raise Http404
    form = forms.NewForm(request.POST or None, institutions=mine, content=BEGINNING)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            values = {**holders.as_holder(data["institution"]), **form.values()}
            made = actions.create_dataset(institution=data["institution"], key=data["key"], values=values, by=request.user)
        except DomainError as error:
            form_errors(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, _section_url(made.key, "inside"))
    context = {"form": form, "heading": _("New dataset"), "cancel_url": reverse("providers:home"), "section": "what"}
    status = 422 if request.method == "POST" else 200
    return page(request, "providers/catalogue/section.html", context, status=status)


@needs("providers.edit_dataset")
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, key: str, name: str) -> HttpResponse:
    """One section of the entry: show, add a line, or save and go on."""
    if name not in rules.SECTIONS:
        raise Http404
    found = queries.entry_of(_own(request, key))
    form = forms.SectionForm(request.POST or None, section=name, content=found.content, version=found.version)
    lines_name = forms.FORMSETS_OF.get(name, "")
    lines = _lines(request, lines_name, found.content) if lines_name else None
    if request.method == "GET":
        return _section_page(request, found, form, name, lines)
    if lines is not None and "more" in request.POST:
        form._errors = {}  # type: ignore[attr-defined]  # only one more line was asked for
        form.cleaned_data = {}
        return _section_page(request, found, form, name, _one_more(request.POST, lines_name))
    if all([form.is_valid(), lines is None or lines.is_valid()]):
        try:
            _save(request, found, form, lines_name, lines)
        except DomainError as error:
            form_errors(form, error)
            if isinstance(error, Stale):  # the next save is a decision to overwrite
                form.data = request.POST.copy()
                form.data["version"] = str(queries.entry_of(found.dataset).version)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, _after(request, key, name))
    return _section_page(request, found, form, name, lines, 422)


def _lines(request: HttpRequest, name: str, content: dict[str, Any]) -> Any:
    if request.method == "GET":
        return forms.FORMSETS[name](initial=forms.initial_lines(name, content), prefix="lines")
    return forms.FORMSETS[name](request.POST, prefix="lines")


def _save(request: HttpRequest, found: queries.Entry, form: forms.SectionForm, name: str, lines: Any) -> None:
    values = form.values()
    if lines is not None:
        values[name] = forms.lines_of(lines)
    version = form.cleaned_data["version"]
    actions.edit(dataset_id=found.dataset.pk, version=version if version is not None else -1, values=values, by=request.user)


def _after(request: HttpRequest, key: str, name: str) -> str:
    """The next section, or the list of sections."""
    names = [*rules.SECTIONS, "variables"]
    if "next" in request.POST:
        return _section_url(key, names[names.index(name) + 1])
    return reverse("providers:dataset_entry", args=[key])


def _one_more(posted: Any, name: str) -> Any:
    """What was typed, and one more empty line."""
    data = posted.copy()
    text = data.get("lines-TOTAL_FORMS", "")
    count = int(text) if text.isdecimal() and len(text) < 4 else 0
    data["lines-TOTAL_FORMS"] = str(min(count + 1, forms.FORMSETS[name].max_num))
    more = forms.FORMSETS[name](data, prefix="lines")
    for one in more.forms:
        one._errors, one.cleaned_data = {}, {}
    return more


def _section_page(
    request: HttpRequest, found: queries.Entry, form: Any, name: str, lines: Any, status: int = 200
) -> HttpResponse:
    own_url = reverse("providers:dataset_entry", args=[found.dataset.key])
    title, hint = rules.SECTIONS[name]
    lines_name = forms.FORMSETS_OF.get(name, "")
    context = {
        "form": form,
        "lines": lines,
        "lines_name": lines_name,
        "lines_field": rules.BY_NAME[lines_name] if lines_name else None,
        "heading": title,
        "hint": hint,
        "entry": found,
        "entry_title": pick(found.content, "title"),
        "cancel_url": own_url,
        "section": name,
        "published": found.dataset.publication == rules.Publication.PUBLISHED,
    }
    return page(request, "providers/catalogue/section.html", context, status=status)
