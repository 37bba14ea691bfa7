"""An application as evaluators of a blind review read it, and what of it names the applicant."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from django.db.models import QuerySet

from portal.accounts.models import Membership
from portal.documents.models import Document
from vouchers.applications import rules
from vouchers.applications.models import Application, BlindDocument
from vouchers.applications.queries.behind import (
    policy_of,
)
from vouchers.applications.queries.filed import (
    blind_rows,
    current_documents,
)
from vouchers.applications.queries.reading import Answer, Content, content
from vouchers.applications.rules import blinding
from vouchers.rounds.rules import is_question


def is_blind(application: Application) -> bool:
    """Does the policy under which it was made say that evaluators must not know who applies?"""
    version = application.policy_version if application.policy_version_id else None
    return bool(version.body.get("blind_review")) if version else policy_of(application).blind_review


def hidden_words(applications: Iterable[Application]) -> dict[int, Any]:
    """application's id → what to withhold of it (a pattern). One query beside the applications' companies."""
    rows = list(applications)
    people: dict[int, list[tuple[str, str]]] = defaultdict(list)
    organisations = {row.company.organisation_id for row in rows}
    for organisation, name, email in Membership.objects.filter(organisation__in=organisations).values_list(
        "organisation_id", "user__name", "user__email"
    ):
        people[organisation].append((name, email))
    return {row.pk: blinding.pattern(_identity(row, people[row.company.organisation_id])) for row in rows}


def _identity(row: Application, people: list[tuple[str, str]]) -> blinding.Identity:
    company, then = row.company, row.company_snapshot
    names = [company.name_ko, company.name_en, str(then.get("name_ko", "")), str(then.get("name_en", ""))]
    mails = [company.service_email, *(email for _name, email in people)]
    return blinding.Identity(
        names=tuple(one for one in [*names, *(name for name, _email in people)] if one),
        numbers=tuple(one for one in (company.brn, company.corporate_no) if one),
        addresses=tuple(one for one in [*mails, company.address] if one),
    )


def blind_titles(application_ids: Iterable[int]) -> dict[int, str]:
    """application's id → its title without what names the applicant, of those in a blind review. Two queries, whatever many."""
    blind = Application.objects.filter(pk__in=list(application_ids), policy_version__body__blind_review=True)
    rows = list(blind.select_related("company"))
    hidden = hidden_words(rows) if rows else {}
    return {row.pk: blinding.redact(row.title or row.receipt_no or row.ref, hidden[row.pk]) for row in rows}


def shown_title(application: Application) -> str:
    """What evaluators call it: its title, in a blind review without what names the applicant."""
    title = application.title or application.receipt_no or application.ref
    return blinding.redact(title, hidden_words([application])[application.pk]) if is_blind(application) else title


def blind_content(application: Application) -> Content:
    """The content with a bar wherever the applicant is named: the company's section, free text; files in their blind version."""
    hidden = hidden_words([application])[application.pk]
    blind = {row.kind: row for row in blind_documents(application)}
    withheld = [_Bar(row.kind) for row in current_documents(application) if is_question(row.kind) and row.kind not in blind]
    found = content(application, for_evaluators=True, files=[*blind.values(), *withheld])
    return replace(
        found,
        sections=[(key, [_withheld(key, one, hidden) for one in answers]) for key, answers in found.sections],
        need=blinding.redact(str(found.need), hidden) if found.need else None,
    )


@dataclass(frozen=True)
class _Bar:
    """In place of a file that has no blind version."""

    kind: str
    document: str = blinding.BAR


def _withheld(key: rules.SectionKey, answer: Answer, hidden: Any) -> Answer:
    if key in blinding.WITHHELD and answer.kind != "check":
        return replace(answer, value=blinding.BAR if answer.value else answer.value, kind="line")
    if answer.kind == "file":
        return answer if isinstance(answer.value, Document) else replace(answer, value=answer.value or "", kind="line")
    return replace(answer, value=blinding.redacted(answer.value, hidden))


# ── Blind versions of files ──────────────────────────────────────────────────────────────────────────
def blind_files(application: Application) -> QuerySet[BlindDocument]:
    """The blind versions that count, one a kind, as the company named them; of answers only those that evaluators read."""
    kept_back = [one.key for one in application.questions if not rules.answered_blind(one)]
    return blind_rows(application).exclude(kind__in=kept_back)


def blind_documents(application: Application) -> list[Any]:
    """The same under neutral names, for evaluators: a file's own name tells who sent it. Not to be saved."""
    return [_neutral(row) for row in blind_files(application)]


def blind_document_of(application: Application, document_ref: str) -> Any:
    """A blind version that counts, under its neutral name; None for an original, whoever guesses its address."""
    found = blind_files(application).filter(document__ref=document_ref).first()
    return _neutral(found) if found is not None else None


def _neutral(row: BlindDocument) -> BlindDocument:
    row.document.name = f"{row.label[:80].replace('/', ' ')}{PurePath(row.document.name).suffix.lower()}"
    return row
