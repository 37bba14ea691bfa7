"""What a company types into a section, merged field by field with what a colleague typed meanwhile."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.journal import actions as journal
from portal.kit.access import require
from portal.kit.errors import Refused, Stale
from vouchers.applications import queries, rules
from vouchers.applications.actions.drafting import locked, refresh_amounts, refresh_states, refuse_unless_writable
from vouchers.applications.models import Application, ApplicationSection
from vouchers.rounds.rules import QuestionKind

LARGEST_ANSWERS = 60_000  # characters of one section: no form can reach it


@transaction.atomic
def save_section(*, application_id: int, key: str, answers: Mapping[str, Any], version: int, by: User) -> ApplicationSection:
    """Merges `answers` into the section as a whole; what is not given stays. Writes: section, amounts, Event.

    Raises: Stale when somebody saved after `version` what differs from this, Refused when it cannot be written in now.
    """
    section, merged = merge_section(application_id=application_id, key=key, answers=answers, version=version, seen={}, by=by)
    if merged.conflicts:
        raise Stale()  # what is stored already is nobody's loss: an answer of the autosave may have been lost on its way
    return section


@transaction.atomic
def merge_section(
    *, application_id: int, key: str, answers: Mapping[str, Any], version: int | None, seen: Mapping[str, str],
    keep: Mapping[str, str] | None = None, drop: Collection[str] = (), by: User,
) -> tuple[ApplicationSection, rules.Merged]:  # fmt: skip
    """Stores what was typed where nobody else changed the field; where a colleague did, nothing of either is lost.

    seen, keep, drop: as in rules.merge. version: without `seen`, the section's version that the writer saw. Returns: the
    section, and what became of each field. Writes: section, amounts, Event with the fields, and those kept over another's text.
    Raises: Refused when it cannot be written in now.
    """
    application = locked(application_id)
    require(by, "vouchers.edit_application", application)
    refuse_unless_writable(application, key)
    section = ApplicationSection.objects.select_for_update().get(application=application, key=key)
    given = _known(application, key, answers)
    only = queries.only_fields(application, key)
    if only is not None:  # a supplement request names single questions: the others stay as they were handed in
        given = {name: value for name, value in given.items() if name in only}
    if not seen and version == section.version:
        seen = {name: rules.mark(section.answers.get(name)) for name in given}
    merged = rules.merge(section.answers, given, seen, keep or {}, drop)
    first = not section.updated_by_id or section.state == rules.SectionState.NEEDS_WORK  # looked at, even if nothing changed
    if not merged.taken and (merged.conflicts or not first):
        return section, merged  # pressing Save twice is no change
    section.answers = {**section.answers, **merged.taken}
    _touch(application, section, by)
    data: dict[str, Any] = {"application": application.ref, "key": key, "fields": sorted(merged.taken)}
    journal.record(
        "section.saved", section, by=by, to=section.state, organisations=application.organisation_ids(),
        data={**data, "over": sorted(merged.over)} if merged.over else data,
    )  # fmt: skip
    return section, merged


def _known(application: Application, key: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to the section's questions. Raises: Refused for a flood, or for what a question of the call cannot take."""
    asked = {one.key: one for one in rules.asked_in(application.questions, key) if one.kind != QuestionKind.FILE}
    known = {*(f.name for f in rules.FIELDS[rules.SectionKey(key)]), *asked}
    given = {name: value for name, value in answers.items() if name in known}
    if sum(len(str(value)) for value in given.values()) > LARGEST_ANSWERS:
        raise Refused(_("This is too much text for one section. Shorten it."), "too_long")
    for name in given.keys() & asked.keys():
        if fault := rules.answer_fault(asked[name], given[name]):
            raise Refused(fault, "bad_answer", name)
    return given


def _touch(application: Application, section: ApplicationSection, by: User) -> None:
    """Copies what lives in columns, recomputes amounts, stores the section's state."""
    section.updated_by = by
    section.state = rules.SectionState.IN_PROGRESS
    section.save()
    if section.key == rules.SectionKey.PROJECT:
        application.title = str(section.answers.get("title") or "")[:150]
        application.summary = str(section.answers.get("summary") or "")
    vars(application).pop("_prefetched_objects_cache", None)  # sections are read afresh below
    refresh_amounts(application)
    application.save()
    refresh_states(application, only=section)
