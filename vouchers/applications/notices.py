"""What the company hears about its application: one function a message, templates in templates/emails/applications/."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import override

from portal.accounts.models import User
from portal.documents.models import Document
from portal.journal import actions as journal
from portal.journal.wording import absolute, render
from portal.kit import clock
from vouchers.applications import rules
from vouchers.applications.models import Application, LateEntry, SectionComment, SupplementItem


def _tell(
    name: str,
    application: Application,
    *,
    to: Sequence[Any] = (),
    wishes: Mapping[int, bool] | None = None,
    url: str = "",
    **context: Any,
) -> None:
    """To the company's members (or `to`). Both languages' words go along, the template takes its own."""
    round_, track = application.round, application.track
    journal.tell(
        name,
        app="vouchers",
        subject=application,
        to=to,
        wishes=wishes,
        organisation=application.company.organisation,
        url=url or application.get_absolute_url(),
        context={
            "round_ko": round_.title_ko,
            "round_en": round_.title_en,
            "track_ko": track.name_ko,
            "track_en": track.name_en,
            "title": application.title,
            "receipt_no": application.receipt_no or "",
            **context,
        },
    )


def moment_words(moment: datetime | None) -> dict[str, str]:
    """`2026. 11. 23.(월) 18:00` and `23 Nov 2026, 18:00 (KST)`, for bodies that are stored as text."""
    if moment is None:
        return {"ko": "", "en": ""}
    at = clock.to_kst(moment)
    hour = f"{at:%H:%M}"
    if hour == "00:00":  # the midnight that ends a day belongs to that day
        at, hour = at - timedelta(days=1), "24:00"
    weekday = "월화수목금토일"[at.weekday()]
    return {"ko": f"{at.year}. {at.month}. {at.day}.({weekday}) {hour}", "en": f"{at.day} {at:%b %Y}, {hour} (KST)"}


def application_received(
    application: Application, files: Sequence[Document], *, to: Sequence[User], wishes: Mapping[int, bool]
) -> None:
    """to: the company's members; wishes: as in `journal.tell`."""
    at = moment_words(application.submitted_at)
    _tell(
        "application_received",
        application,
        to=to,
        wishes=wishes,
        at_ko=at["ko"],
        at_en=at["en"],
        files=[{"name": file.name} for file in files],
    )


def certification_asked(application: Application, waiting: Sequence[User], by: User) -> None:
    _tell(
        "application_certification_asked",
        application,
        to=list(waiting),
        url=f"{application.get_absolute_url()}submit/",
        by=by.get_full_name(),
    )


def application_commented(application: Application, comment: SectionComment, colleagues: Iterable[User]) -> None:
    """To the writer's colleagues: that there is a comment, not what it says; mail and the officers' list of notices pass it by."""
    people = list(colleagues)
    if not people:
        return
    labels: dict[str, Any] = {}
    for language in ("ko", "en"):
        with override(language):
            labels[f"section_{language}"] = str(rules.SectionKey(comment.section).label)
    _tell(
        "application_commented",
        application,
        to=people,
        url=f"{application.get_absolute_url()}sections/{comment.section}/#comments",
        by=comment.written_by.get_full_name(),
        **labels,
    )


def supplement_requested(application: Application, items: Sequence[SupplementItem], due_at: datetime | None) -> None:
    """items: the single questions that it names."""
    due = moment_words(due_at)
    _tell(
        "application_supplement_requested",
        application,
        request=application.supplement_request,
        asked_ko=_asked_words(items, "ko"),
        asked_en=_asked_words(items, "en"),
        due_ko=due["ko"],
        due_en=due["en"],
    )


def _asked_words(items: Sequence[SupplementItem], language: str) -> str:
    """A line for each question."""
    with override(language):
        return "\n".join(f"- {item.label}: {item.sentence}" for item in items)


def supplement_missed(application: Application) -> None:
    _tell("application_supplement_missed", application, request=application.supplement_request)


def application_eligible(application: Application) -> None:
    _tell("application_eligible", application)


def application_ineligible(application: Application) -> None:
    _tell(
        "application_ineligible",
        application,
        url=f"{application.get_absolute_url()}why/",
        reason=application.decision_reason,
    )


def application_reopened(application: Application, reason: str, *, eligibility: bool) -> None:
    """eligibility: the check goes on; else the evaluation."""
    _tell("application_reopened", application, reason=reason, eligibility=eligibility)


def application_withdrawn(application: Application, reason_en: str) -> None:
    _tell("application_withdrawn", application, reason_ko=application.decision_reason, reason_en=reason_en)


def late_entry_code(row: LateEntry, code: str) -> None:
    """The code itself, to its person alone: a mail to the bare address, in no feed, whose words are forgotten once it left."""
    person = row.person
    context = {
        **_late_facts(row),
        "code": code,
        "recipient": person.get_full_name(),
        "url": absolute(_late_page(row), person.language),
    }
    title, body = render("vouchers", "late_entry_code", person.language, context)
    journal.post(
        app="vouchers", template="late_entry_code", address=person.email, language=person.language, title=title, body=body,
    )  # fmt: skip


def late_entry_confirmed(row: LateEntry) -> None:
    """To the company: that it may hand in late, and who has the code."""
    _tell_late("late_entry_confirmed", row, person=row.person.get_full_name())


def late_entry_revoked(row: LateEntry) -> None:
    _tell_late("late_entry_revoked", row, reason=row.ended_reason)


def _tell_late(name: str, row: LateEntry, **more: str) -> None:
    journal.tell(
        name, app="vouchers", subject=row, organisation=row.company.organisation, url=_late_page(row),
        context={**_late_facts(row), **more},
    )  # fmt: skip


def _late_page(row: LateEntry) -> str:
    return f"/applications/late/{row.round.key}/"


def _late_facts(row: LateEntry) -> dict[str, str]:
    until = moment_words(row.until)
    return {
        "round_ko": row.round.title_ko, "round_en": row.round.title_en, "track_ko": row.track.name_ko, "track_en": row.track.name_en,
        "until_ko": until["ko"], "until_en": until["en"],
    }  # fmt: skip
