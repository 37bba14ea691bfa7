"""Files that answer a call's own questions: stored with the section's form, and shown when a colleague changed them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest

from portal.documents.actions import all_or_nothing, upload
from portal.documents.models import Document
from portal.kit.errors import DomainError
from vouchers.applications import actions, queries, rules
from vouchers.applications.forms import FileAnswer, SectionForm
from vouchers.applications.models import Application


def attach(
    application: Application,
    kind: str,
    sent: Any,
    by: Any,
    check: Any = actions.check_attachable,
    attach: Any = actions.attach_document,
) -> Document:
    """A file into quarantine, then it counts for its kind; a refused one leaves neither row nor content behind."""
    with all_or_nothing():
        check(application_id=application.pk, kind=kind, by=by)
        file = upload(file=sent, kind=kind, organisation=application.company.organisation, by=by)
        attach(application_id=application.pk, kind=kind, document=file, by=by)
    return file


def file_answers(request: HttpRequest, application: Application, form: SectionForm, seen: Mapping[str, str]) -> dict[str, str]:
    """Stores the files that answer questions, and takes out the one that is to be removed.

    seen: field → mark of the file that the page showed. Returns: field → why it could not be done.
    """
    refused: dict[str, str] = {}
    for name, sent in form.files_sent().items():
        refused |= _run(name, partial(_store, application, name, sent, request.user, seen))
        if name not in refused:  # its file is this one now, and the blind version fell that the page showed
            seen = {field: mark for field, mark in seen.items() if field not in (name, rules.BLIND + name)}
    gone = request.POST.get("remove", "")
    if gone in form.fields and not gone.startswith(rules.BLIND):
        remove = partial(actions.remove_document, application_id=application.pk, kind=gone, by=request.user, seen=seen.get(gone))
        refused |= _run(gone, remove)
    return refused


def _store(application: Application, field: str, sent: Any, by: Any, seen: Mapping[str, str]) -> None:
    kind = field.removeprefix(rules.BLIND)
    if kind == field:
        attach(application, kind, sent, by, attach=partial(actions.attach_document, seen=seen.get(field)))
    else:
        keep = partial(actions.attach_blind_document, seen=seen.get(field), of=seen.get(kind))
        attach(application, kind, sent, by, actions.check_blind, keep)


def _run(name: str, act: Callable[[], Any]) -> dict[str, str]:
    try:
        act()
    except DomainError as error:
        return {name: str(error.message)}
    return {}


@dataclass(frozen=True)
class FileChanged:
    """A file that a colleague uploaded or removed since the page was shown. widget: with the file that counts now."""

    name: str
    words: str
    widget: FileAnswer

    @property
    def fixed(self) -> bool:
        return not self.widget.removable


def files_changed(
    application: Application, form: SectionForm, seen: Mapping[str, str], own: Collection[str]
) -> list[FileChanged]:
    """seen: as above. own: fields whose file this very request changed, or tried to."""
    now = file_marks(application, form)
    return [
        FileChanged(name, queries.file_change_words(application, name, form.fields[name].label), form.fields[name].widget)
        for name, mark in now.items()
        if name not in own and name in seen and seen[name] != mark
    ]


def file_marks(application: Application, form: SectionForm) -> dict[str, str]:
    """Field → mark of the file that counts there now."""
    held = queries.answer_files(application)
    return {n: rules.file_mark(held[n].ref if n in held else None) for n in form.fields if form.asks_file(n)}
