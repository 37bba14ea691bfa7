"""Files of an application: those that count, their blind versions, and where each is handed in."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.documents.models import Document
from vouchers.applications import rules
from vouchers.applications.models import Application, ApplicationDocument, BlindDocument
from vouchers.applications.queries.behind import (
    policy_of,
)
from vouchers.applications.queries.once import once
from vouchers.rounds.rules import QuestionKind, is_question


def documents(application: Application) -> QuerySet[ApplicationDocument]:
    """The files that count, one a kind."""
    return application.application_documents.filter(current=True).select_related("document").order_by("kind")


@once
def current_documents(application: Application) -> list[ApplicationDocument]:
    """The same, read."""
    return list(documents(application))


def answer_files(application: Application) -> dict[str, Document]:
    """Field → the file that counts there, of the questions that are answered by a file; and of their blind versions."""
    held = {row.kind: row.document for row in current_documents(application) if is_question(row.kind)}
    blind = blind_rows(application) if held and policy_of(application).blind_review else ()
    return held | {rules.BLIND + row.kind: row.document for row in blind if is_question(row.kind)}


def blind_questions(application: Application) -> frozenset[str]:
    """The call's own questions whose file has a blind version beside it; none without a blind review."""
    asked = [one.key for one in application.questions if rules.answered_blind(one)]
    return frozenset(asked if asked and policy_of(application).blind_review else ())


def blind_rows(application: Application) -> QuerySet[BlindDocument]:
    """The blind versions that count, one a kind, as the company named them."""
    return application.blind_documents.filter(current=True).select_related("document").order_by("kind")


@dataclass(frozen=True)
class Filed:
    """A file that counts, or the blind version of one. label: its kind in the reader's language."""

    label: str
    document: Document


def files_of(application: Application) -> list[Filed]:
    """Every file that counts, each followed by its blind version: for the company and who sees every case, never for evaluators."""
    blind = {row.kind: row.document for row in blind_rows(application)}
    found = []
    for row in documents(application):
        found.append(Filed(row.label, row.document))
        if row.kind in blind:
            found.append(Filed(_("Blind version: %(label)s") % {"label": row.label}, blind[row.kind]))
    return found


@once
def blind_hashes(application: Application) -> dict[str, str]:
    """Kind → SHA-256 of the blind versions that count."""
    return dict(application.blind_documents.filter(current=True).values_list("kind", "document__sha256"))


def document_of(application: Application, document_ref: str) -> ApplicationDocument | BlindDocument | None:
    """A file of this application, also a replaced one or a blind version: for its company and for those who see every case."""
    held = application.application_documents, application.blind_documents
    return next((row for rows in held for row in rows.filter(document__ref=document_ref).select_related("document")), None)


def current_document_of(application: Application, document_ref: str) -> ApplicationDocument | None:
    """A file that counts: an evaluator reads what was submitted, not what was replaced, taken back or kept from evaluators."""
    kept_back = [one.key for one in application.questions if one.confidential]
    return documents(application).exclude(kind__in=kept_back).filter(document__ref=document_ref).first()


def section_of(application: Application, kind: str) -> str | None:
    """The section in which files of this kind are handed in; None where the call does not ask for such a file."""
    if is_question(kind):
        asked = (one for one in application.questions if one.key == kind and one.kind == QuestionKind.FILE)
        return next((one.section for one in asked), None)
    known = kind in {*policy_of(application).required_documents, *rules.DOCUMENT_WORDS}
    return rules.SectionKey.DOCUMENTS if known else None
