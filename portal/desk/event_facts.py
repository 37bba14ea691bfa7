"""What an event carries besides its states, in words: the journal keeps codes and references, people read names."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.desk import admin_words
from portal.desk.admin_subjects import Subject, linked, named
from portal.journal.models import Event
from portal.kit import words as kit
from portal.kit.columns import COLUMNS
from portal.kit.won import won
from providers.catalogue import queries as catalogue
from providers.offers.rules import Purpose
from vouchers.applications.rules import Rule, SectionKey
from vouchers.rounds import queries as rounds
from vouchers.rounds.rules import CompanySize

_HIDDEN = {"reason_en"}  # said with the reason
_NAMES = {
    "deputy": _("Who stands in"),
    "from_on": _("First day away"),
    "to_on": _("Last day away"),
    "holder": _("Looked after by"),
    "holder_before": _("Looked after before by"),
    "findings": _("Findings"),
    "planned_on": _("Day"),
    "result": _("Result"),
    "grade": _("Grade"),
    "graders": _("Evaluators"),
    "points": _("Points"),
    "met": _("Condition met"),
    "restriction": _("restriction"),
    "accepted_won": _("Accepted (won)"),
    "in_place": _("In the company's place"),
    "indicators": _("Promised indicators"),
    "left_days": _("Working days left"),
    "limit": _("Measured against"),
    "needed_days": _("Working days still needed"),
    "part_of": _("Rest of the milestone"),
    "access_modes": _("Ways of use"),
    "allowed_purposes": _("Allowed purposes"),
    "budget_won": _("Budget (won)"),
    "case": _("Data access case"),
    "certificate": _("Size certificate"),
    "changed": _("What changed"),
    "disbursement": _("Disbursement"),
    "dossier": _("Fingerprint of the dossier"),
    "ends_with": _("Account number ends with"),
    "evaluator": _("Evaluator"),
    "excluded": _("Excluded"),
    "exits": _("What may leave"),
    "fields": _("Fields"),
    "how": _("How"),
    "key": _("Key"),
    "left_won": _("Left over (won)"),
    "lines": _("Lines"),
    "matches": _("Matches"),
    "mode": _("Kind of review"),
    "not_selected": _("Not selected"),
    "party": _("Party"),
    "promoted": _("From the reserve list"),
    "reserve": _("On the reserve list"),
    "results": _("Datasets found"),
    "route": _("Route of the review"),
    "rule": _("Rule"),
    "run": _("Ranking"),
    "sections": _("Sections"),
    "selected": _("Selected"),
    "selected_won": _("Amount of the selected (won)"),
    "shown": _("What the record shows"),
    "shown_won": _("Amount in the record (won)"),
    "side": _("Side"),
    "sites": _("Institutions taking part"),
    "subject": _("Concerns"),
    "submission": _("Submission"),
    "total": _("Total score"),
    "total_before": _("Total score before"),
    "unsent": _("Changed and not handed in"),
    "version": _("Version"),
    "track": _("Track"),
    "tracks": _("Tracks"),
    "weights": _("Weights"),
}
_SIDES = {
    "company": _("Company"),
    "provider": _("Provider"),
    "OFFICER": _("By an officer"),
    "TAX_SERVICE": _("By the tax service"),
}


def facts(event: Event, request: HttpRequest) -> SafeString | str:
    """Line by line: what, and its value in words. Records that this person may open are links."""
    told = {key: value for key, value in event.data.items() if key not in _HIDDEN and value not in (None, "", [], {})}
    subjects = named(set(_refs(told)), request)
    rows = ((_title(key, value), _told(event.subject_type, key, value, subjects)) for key, value in told.items())
    return format_html_join("", '<p class="sheet-line"><strong>{}</strong> {}</p>', rows) or "—"


def _refs(value: Any) -> Iterator[str]:
    """Everything in it that may be a reference."""
    if isinstance(value, str) and len(value) <= 24 and value[3:4] == "-":
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _refs(inner)


def _title(key: str, value: Any) -> str:
    return gettext("Company size") if key == "size" and isinstance(value, str) else _name(key)  # a file's is a number


def _name(key: str) -> str:
    return str(_NAMES.get(key) or COLUMNS.get(key) or _columns().get(key) or key.replace("_", " "))


@lru_cache(maxsize=1)
def _columns() -> dict[str, Any]:
    """What the models call their columns."""
    return {field.name: field.verbose_name for model in _house() for field in model._meta.local_fields}


def _house() -> list[Any]:
    return [model for model in apps.get_models() if model.__module__.split(".")[0] in {"portal", "vouchers", "providers"}]


def _told(kind: str, key: str, value: Any, subjects: dict[str, Subject]) -> Any:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return format_html_join(", ", "{}", ((_told(kind, key, one, subjects),) for one in value))
    if isinstance(value, dict):
        return format_html_join("; ", "{}: {}", ((_name(one), _told(kind, one, inner, subjects)) for one, inner in value.items()))
    if isinstance(value, int):
        return won(value) if key.endswith("_won") else value
    if value in subjects:
        return linked(value, subjects)
    return _when(str(value)) or conditional_escape(_word(kind, key, str(value)))


def _when(text: str) -> str | None:
    """A day or an instant, kept as ISO text, as people write it; None for any other text."""
    try:
        if len(text) == len("2026-11-23"):
            return kit.day(date.fromisoformat(text))
        return kit.moment(datetime.fromisoformat(text)) if text[10:11] == "T" else None
    except ValueError:
        return None


def _word(kind: str, key: str, code: str) -> Any:
    """A code's word: by what its key says, by a column of that name, else as a state of that kind of record."""
    words = _WORDS.get(key)
    return (words(code) if words else None) or _choices().get((key, code)) or admin_words.state(kind, code)


@lru_cache(maxsize=1)
def _choices() -> dict[tuple[str, str], Any]:
    """(column, code) → its word, whatever the model."""
    fields = [field for model in _house() for field in model._meta.local_fields if field.choices]
    return {(field.name, str(code)): word for field in reversed(fields) for code, word in field.flatchoices}


def _listed(key: str) -> Callable[[str], str | None]:
    return lambda code: dict(catalogue.choices(key)).get(code)


_WORDS: dict[str, Callable[[str], Any]] = {
    "access_modes": _listed("access_mode"),
    "allowed_purposes": Purpose.word,
    "exits": _listed("exit_kind"),
    "changed": _name,
    "fields": _name,
    "how": _SIDES.get,
    "rule": Rule.word,
    "sections": SectionKey.word,
    "side": _SIDES.get,
    "size": CompanySize.word,
    "track": lambda code: rounds.track_words().get(code),
    "tracks": lambda code: rounds.track_words().get(code),
}
