"""Another application of the company as a start: what still holds is taken over, the rest is named."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.documents.models import Document
from portal.documents.rules import may_open
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.errors import Refused
from vouchers.applications import queries, rules
from vouchers.applications.actions.attaching import attach_blind_document, attach_document
from vouchers.applications.actions.drafting import choose_need, start
from vouchers.applications.actions.writing import save_section
from vouchers.applications.models import Application
from vouchers.applications.rules import copying
from vouchers.rounds.rules import is_question

K = rules.SectionKey


@transaction.atomic
def start_as_copy(*, round_id: int, track_id: int, source_id: int, by: User) -> Application:
    """A draft with the answers, data need and files of another application of the company that still hold in this call.

    Writes: as start, save_section, choose_need, attach_document; Event `application.copied` that names what was left.
    Raises: Refused as start, and for a source that is another company's or was erased.
    """
    application = start(round_id=round_id, track_id=track_id, by=by)
    source = queries.copyable(application.company).filter(pk=source_id).first()
    if source is None:
        raise Refused(_("Choose an application of your own company."), "bad_source", "source")
    left = [*_answers(application, source, by), *_need(application, source, by), *_documents(application, source, by)]
    journal.record(
        "application.copied", application, by=by, organisations=application.organisation_ids(),
        data={"source": source.ref, "left": left},
    )  # fmt: skip
    return Application.objects.get(pk=application.pk)


def _line(section: str, name: str, reason: copying.Left) -> dict[str, str]:
    return {"section": section, "name": name, "reason": reason.value}


def _answers(application: Application, source: Application, by: User) -> list[dict[str, str]]:
    lines: list[dict[str, str]] = []
    versions = dict(application.sections.values_list("key", "version"))
    for row in source.sections.all():
        key = K(row.key)
        if key in copying.COPIED:
            taken, left = copying.answers(key, row.answers)
            if taken:
                save_section(application_id=application.pk, key=key, answers=taken, version=versions[key], by=by)
            lines += [_line(key, name, reason) for name, reason in left.items()]
        elif key == K.DECLARATIONS and any(row.answers.values()):
            lines.append(_line(key, "", copying.Left.DECLARED_ANEW))
    return lines


def _need(application: Application, source: Application, by: User) -> list[dict[str, str]]:
    lines = []
    now = Application.objects.get(pk=application.pk)  # the draft may stand on the company's only match already
    if source.need_id and not now.need_id:
        if source.need_id in {need.pk for need in queries.needs_of(now)}:
            choose_need(application_id=application.pk, need_id=source.need_id, by=by)
        else:
            lines.append(_line(K.DATA_NEED, "", copying.Left.NEED_CLOSED))
    if source.application_matches.exists() and not now.application_matches.exists():
        lines.append(_line(K.DATA_NEED, "", copying.Left.MATCHES_ANEW))
    return lines


def _documents(application: Application, source: Application, by: User) -> list[dict[str, str]]:
    lines: list[dict[str, str]] = []
    papers, policy = queries.company_papers(application), queries.policy_of(application)
    known: dict[str, Any] = {**rules.DOCUMENT_WORDS, **dict.fromkeys(policy.required_documents)}
    closing_day = queries.closing_day(application)
    blind = _blind(source) if policy.blind_review else {}
    for row in queries.documents(source):
        uploaded_on = clock.to_kst(row.document.created_at).date()
        open_ = may_open(row.document.scan_state, owns=True) and row.document.erased_at is None
        reason = copying.document(
            row.kind, uploaded_on, closing_day, open_=open_, papers=papers, paper_days=policy.paper_days
        )  # fmt: skip
        reason = reason if row.kind in known else copying.Left.NOT_ASKED
        if is_question(row.kind):
            lines.append(_line(K.DOCUMENTS, "", copying.Left.OWN_QUESTIONS))
            continue
        if reason is None:
            file = papers[row.kind] if row.kind in copying.PAPERS else row.document
            attach_document(application_id=application.pk, kind=row.kind, document=file, by=by)
            if file == row.document and row.kind in blind and rules.blind_wanted([row.kind]):
                attach_blind_document(application_id=application.pk, kind=row.kind, document=blind[row.kind], by=by)
        else:
            lines.append(_line(K.DOCUMENTS, row.kind, reason))
    return lines


def _blind(source: Application) -> dict[str, Document]:
    """Kind → the blind version that counts and is there; it comes along with its file where this call is blind too."""
    rows = queries.blind_files(source)
    return {row.kind: row.document for row in rows if may_open(row.document.scan_state, owns=True) and not row.document.erased_at}
