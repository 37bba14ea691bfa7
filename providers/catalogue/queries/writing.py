"""What the people of an institution see of an entry that they write."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from portal.accounts.queries import organisation_ids_of
from portal.journal import queries as journal
from providers.catalogue import rules
from providers.catalogue.models import Dataset, Draft
from providers.catalogue.queries.telling import Difference, differences
from providers.catalogue.queries.versions import variables_of


@dataclass(frozen=True)
class Entry:
    """An entry as it is written. content: of the draft, else what is published; version: the draft's, 0 when there is none;
    state: of the draft, "" when there is none."""

    dataset: Dataset
    content: dict[str, Any]
    version: int
    state: str
    completeness: rules.Completeness
    editable: bool


def own_datasets(user: Any) -> QuerySet[Dataset]:
    """Entries of the institutions for which the person acts."""
    mine = Dataset.objects.filter(institution__organisation_id__in=organisation_ids_of(user))
    return mine.select_related("institution", "institution__organisation", "part_of").order_by("key")


def entry_of(dataset: Dataset) -> Entry:
    """Two queries, or one when a draft is there."""
    draft = Draft.objects.filter(dataset=dataset).first()
    content = draft.content if draft else dataset.content(variables_of(dataset))
    state = draft.state if draft else ""
    editable = state in ("", rules.DraftState.DRAFT) and dataset.publication in (*rules.SHOWN, rules.Publication.DRAFT)
    complete = rules.completeness(dataset.judged(content), content["profile"])
    return Entry(dataset, content, draft.version if draft else 0, state, complete, editable)


def changes_of(entry: Entry) -> list[Difference]:
    """What the draft changes against the published version; nothing for an entry that was never published."""
    if not entry.state or entry.dataset.publication in rules.WORKING:
        return []
    return differences(entry.dataset.content(variables_of(entry.dataset)), entry.content)


def drafted(dataset: Dataset, content: dict[str, Any]) -> Dataset:
    """The entry as it will stand once this content is published; never saved."""
    return written_over(Dataset.objects.select_related("institution", "part_of", "series").get(pk=dataset.pk), content)


def written_over(shown: Dataset, content: dict[str, Any]) -> Dataset:
    """The row itself with this content, to be shown; never saved."""
    for name in rules.CONTENT:
        setattr(shown, name, content.get(name, rules.nothing(rules.BY_NAME[name].kind)))
    shown.profile, shown.origin = content["profile"], content["origin"]
    return shown


def sections_of(entry: Entry) -> list[dict[str, Any]]:
    """The sections as a task list: what each still lacks under the profile."""
    lacking: dict[str, int] = {}
    wanted: dict[str, int] = {}
    for gaps, counts in ((entry.completeness.required, lacking), (entry.completeness.recommended, wanted)):
        for gap in gaps:
            counts[section_of(gap.field)] = counts.get(section_of(gap.field), 0) + 1
    return [
        {"name": name, "title": title, "hint": hint, "required": lacking.get(name, 0), "recommended": wanted.get(name, 0)}
        for name, (title, hint) in {
            **rules.SECTIONS,
            "variables": (gettext("Variables"), gettext("The columns of structured data, from a spreadsheet.")),
        }.items()
    ]


def section_of(field: str) -> str:
    """The section in which a field is answered."""
    return rules.BY_NAME[field].section if field in rules.BY_NAME else field if field == "variables" else "what"


def timeline(dataset: Dataset) -> list[dict[str, Any]]:
    """What happened to the entry, in time order."""
    return [
        {
            "title": str(rules.EVENT_WORDS.get(event.name, event.name)),
            "when": event.at,
            "who": event.by.get_full_name() if event.by else "",
            "text": event.reason,
            "state": "past",
        }
        for event in journal.history(dataset).order_by("seq")
    ]
