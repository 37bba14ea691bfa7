"""Files of an application: attached, taken over from the company, removed, and their blind versions."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.documents.models import Document
from portal.documents.rules import extension
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.applications import queries, rules
from vouchers.applications.actions.drafting import locked, refresh_states, refuse_unless_named, refuse_unless_writable
from vouchers.applications.models import Application, ApplicationDocument, ApplicationSection, BlindDocument

NOT_STORED = _("Yours was not stored. To replace that file, choose yours again.")


@transaction.atomic
def check_attachable(*, application_id: int, kind: str, by: User) -> Application:
    """May `by` attach this kind now? Asked before a file is stored. Raises: Refused, NotAllowed."""
    application = locked(application_id)
    require(by, "vouchers.edit_application", application)
    section = queries.section_of(application, kind)
    refuse_unless_writable(application, section or rules.SectionKey.DOCUMENTS)
    refuse_unless_named(application, section or rules.SectionKey.DOCUMENTS, kind)
    if section is None:
        raise Refused(_("This kind of document is not asked for."), "bad_kind")
    return application


@transaction.atomic
def attach_document(
    *, application_id: int, kind: str, document: Document, by: User, seen: str | None = None
) -> ApplicationDocument:
    """This file counts for its kind from now on; the one before is kept, marked as replaced.

    seen: `rules.file_mark` of the file that the writer's page showed; None: no page was shown. Writes: ApplicationDocument,
    BlindDocument (the replaced file's counts no more), Event. Raises: Refused for another organisation's file, an unknown kind,
    a type that the call's question does not take, a file that a colleague changed meanwhile, too late.
    """
    application = check_attachable(application_id=application_id, kind=kind, by=by)
    if seen is not None:
        _refuse_unseen(application, kind, seen, NOT_STORED)
    if document.organisation_id != application.company.organisation_id:
        raise Refused(_("Choose a file of your own company."), "bad_document", f"document_{kind}")
    _refuse_type(application, kind, document)
    application.application_documents.filter(kind=kind, current=True).update(current=False)
    replaced = Q(kind=kind) | Q(document__sha256=document.sha256)  # of what was replaced; never the original itself
    application.blind_documents.filter(replaced, current=True).update(current=False)
    row = ApplicationDocument.objects.create(application=application, kind=kind, document=document)
    _after_documents(application, by, "application.document_attached", {"kind": kind, "sha256": document.sha256})
    return row


@transaction.atomic
def take_company_document(*, application_id: int, kind: str, by: User, seen: str | None = None) -> ApplicationDocument:
    """The company's own file of this kind counts here too, without a second upload. The application keeps this very file,
    whatever the company shows of itself later. seen: as in attach_document. Writes: ApplicationDocument, Event. Raises: Refused,
    NotAllowed."""
    application = check_attachable(application_id=application_id, kind=kind, by=by)
    found = queries.company_papers(application).get(kind)
    if found is None:
        raise Refused(
            _("Your company has no valid file of this kind that could be taken over. Upload one here."), "no_paper",
            f"document_{kind}",
        )  # fmt: skip
    return attach_document(application_id=application_id, kind=kind, document=found, by=by, seen=seen)


@transaction.atomic
def remove_document(*, application_id: int, kind: str, by: User, seen: str | None = None) -> Application:
    """No file counts for this kind any more. seen: as in attach_document. Writes: ApplicationDocument.current, Event.
    Raises: Refused, also when a colleague changed the file meanwhile."""
    application = locked(application_id)
    require(by, "vouchers.edit_application", application)
    section = queries.section_of(application, kind) or rules.SectionKey.DOCUMENTS
    refuse_unless_writable(application, section)
    refuse_unless_named(application, section, kind)
    if seen is not None and application.application_documents.filter(kind=kind, current=True).exists():
        _refuse_unseen(application, kind, seen, _("Nothing was removed: look at it first."))
    application.blind_documents.filter(kind=kind, current=True).update(current=False)
    if application.application_documents.filter(kind=kind, current=True).update(current=False):
        _after_documents(application, by, "application.document_removed", {"kind": kind})
    return application


@transaction.atomic
def check_blind(*, application_id: int, kind: str, by: User) -> Application:
    """May `by` attach a blind version of this kind now? Raises: Refused, NotAllowed."""
    application = check_attachable(application_id=application_id, kind=kind, by=by)
    if not queries.policy_of(application).blind_review:
        raise Refused(_("This call has no blind review."), "not_blind")
    if not rules.blind_wanted([kind], application.questions):
        raise Refused(_("This kind of document is not asked for."), "bad_kind")
    if not application.application_documents.filter(kind=kind, current=True).exists():
        raise Refused(_("Upload the file itself first, then its blind version."), "no_original", f"document_{kind}")
    return application


@transaction.atomic
def attach_blind_document(
    *, application_id: int, kind: str, document: Document, by: User, seen: str | None = None, of: str | None = None
) -> BlindDocument:
    """Evaluators read this version instead of the file of this kind. Writes: BlindDocument, Event.

    seen: as in attach_document; of: the same of the file itself, of which it is the version. Raises: Refused (no blind review, no file of this kind, one that evaluators do not read, another
    organisation's file, the original itself, a type that the question does not take, changed by a colleague, too late).
    """
    application = check_blind(application_id=application_id, kind=kind, by=by)
    for field, mark in ((kind, of), (rules.BLIND + kind, seen)):
        if mark is not None:
            _refuse_unseen(application, field, mark, NOT_STORED)
    if document.organisation_id != application.company.organisation_id:
        raise Refused(_("Choose a file of your own company."), "bad_document", f"document_{kind}")
    if application.application_documents.filter(current=True, document__sha256=document.sha256).exists():
        raise Refused(
            _("This is the original itself. Upload a version without your company's name."), "same_file", f"document_{kind}"
        )
    _refuse_type(application, kind, document)
    application.blind_documents.filter(kind=kind, current=True).update(current=False)
    row = BlindDocument.objects.create(application=application, kind=kind, document=document)
    _after_documents(application, by, "application.blind_document_attached", {"kind": kind, "sha256": document.sha256})
    return row


def _refuse_type(application: Application, kind: str, document: Document) -> None:
    question = next((one for one in application.questions if one.key == kind), None)
    if question is not None and extension(document.name) not in rules.types_of(question):
        raise Refused(_("This question does not take files of this type."), "file_type", kind)


def _refuse_unseen(application: Application, field: str, seen: str, so: Any) -> None:
    """Nobody's file is replaced or removed unread. field: a kind, with `BLIND` before it for its blind version. Raises: Refused
    with who changed it, and `so`, what that means."""
    kind = field.removeprefix(rules.BLIND)
    rows: Any = application.application_documents if kind == field else application.blind_documents
    now = rows.filter(kind=kind, current=True).select_related("document").first()
    if rules.file_mark(now.document.ref if now else None) != seen:
        label = next((one.label for one in application.questions if one.key == kind), None) or rules.document_label(kind)
        raise Refused(f"{queries.file_change_words(application, field, label)} {so}", "file_changed", field)


def _after_documents(application: Application, by: User, event: str, data: dict[str, Any]) -> None:
    key = queries.section_of(application, data["kind"]) or rules.SectionKey.DOCUMENTS
    sections = ApplicationSection.objects.filter(application=application, key=key)
    sections.update(updated_by=by, updated_at=clock.now(), state=rules.SectionState.IN_PROGRESS)
    refresh_states(application)
    journal.record(event, application, by=by, organisations=application.organisation_ids(), data=data)
