"""Any field's value in words, for the page and for what differs between two versions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.kit.words import pick
from providers.catalogue import rules
from providers.catalogue.models import DatasetVersion
from providers.catalogue.queries.codes import words
from providers.catalogue.queries.searching import institutions_named
from providers.catalogue.rules import Kind

Labels = Mapping[str, Mapping[str, str]]
LANGUAGES = {"ko": _("Korean"), "en": _("English")}


def told(name: str, value: Any, labels: Labels, named: Mapping[str, Any]) -> str:
    """The value of a field in words; "" when it is empty. named: institution key → row."""
    if rules.is_empty(value):
        return ""
    field = rules.BY_NAME[name]
    listed = labels.get(field.listed, LANGUAGES if name == "language" else {})
    match field.kind:
        case Kind.FLAG:
            return gettext("Yes") if value else gettext("No")
        case Kind.NUMBER:
            return f"{value:,}"
        case Kind.CODE:
            return str(listed.get(value, value))
        case Kind.CODES:
            return ", ".join(str(listed.get(code, code)) for code in value)
        case Kind.INSTITUTION:
            return pick(named[value], "name") if value in named else str(value)
        case Kind.SYSTEMS:
            return ", ".join(f"{listed.get(one['system'], one['system'])} {one['version']}".strip() for one in value)
        case Kind.AREAS:
            return "; ".join(f"{pick(one, 'label')} ({one['system']} {', '.join(one['codes'])})" for one in value)
        case Kind.DISTRIBUTIONS:
            return "; ".join(" · ".join(_distribution(one, labels)) for one in value)
        case Kind.WORDS | Kind.URLS:
            return ", ".join(str(one) for one in value)
        case Kind.DATE if value[5:6] == "H":
            half = gettext("first half of %(year)s") if value.endswith("1") else gettext("second half of %(year)s")
            return half % {"year": value[:4]}
        case Kind.FEE:
            return gettext("as published by the source")
    return str(value)


def _distribution(one: Mapping[str, str], labels: Labels) -> Iterable[str]:
    yield pick(dict(one), "title") or one["access_url"]
    if pick(dict(one), "title"):
        yield one["access_url"]
    for key, listed in (("format", "file_format"), ("licence", "licence"), ("availability", "planned_availability")):
        if one.get(key):
            yield labels.get(listed, {}).get(one[key], one[key])


@dataclass(frozen=True)
class Difference:
    """One changed field in words."""

    label: str
    before: str
    after: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What differs between two contents, in the reader's language. At most two queries."""
    labels, changed = words(), rules.changes(before, after)
    keys = {
        value
        for change in changed
        if change.field in rules.BY_NAME and rules.BY_NAME[change.field].kind == Kind.INSTITUTION
        for value in (change.before, change.after)
        if value
    }
    named = institutions_named(keys) if keys else {}
    return [one for change in changed for one in _differences(change, labels, named)]


def _differences(change: rules.Change, labels: Labels, named: Mapping[str, Any]) -> list[Difference]:
    if change.field == "variables":
        return _variables(change.before or [], change.after or [])
    if change.field == "profile":
        profile = [str(rules.Profile.word(code)) if code else "" for code in (change.before, change.after)]
        return [Difference(gettext("Profile"), *profile)]
    told_twice = [told(change.field, value, labels, named) for value in (change.before, change.after)]
    return [Difference(str(rules.BY_NAME[change.field].label), *told_twice)]


SHOWN_NAMES = 12


def _variables(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[Difference]:
    """Added, removed and changed variables by name, as one line."""
    old, new = ({one["name"]: one for one in rows} for rows in (before, after))
    parts = []
    for word, names in (
        (gettext("added"), [name for name in new if name not in old]),
        (gettext("removed"), [name for name in old if name not in new]),
        (gettext("changed"), [name for name in new if name in old and new[name] != old[name]]),
    ):
        if names:
            more = len(names) - SHOWN_NAMES
            shown = ", ".join(names[:SHOWN_NAMES])
            parts.append(f"{word}: {shown}" + (f" {gettext('and %(n)d more') % {'n': more}}" if more > 0 else ""))
    count = [ngettext("%(n)d variable", "%(n)d variables", len(rows)) % {"n": len(rows)} for rows in (before, after)]
    return [Difference(gettext("Variables"), count[0], ". ".join([count[1], *parts]))]


def history(versions: list[DatasetVersion]) -> list[dict[str, Any]]:
    """Versions, newest first, each with what differs from the one before it. versions: as of versions_of."""
    rows = []
    for version, older in zip(versions, [*versions[1:], None], strict=True):
        row = {"version": version, "profile": str(rules.Profile.word(version.profile))}
        row["differences"] = differences(older.content, version.content) if older else []  # type: ignore[assignment]
        rows.append(row | {"first": older is None})
    return rows
