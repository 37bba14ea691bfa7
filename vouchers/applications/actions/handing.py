"""What was handed in, kept while a supplement opens some sections again: what never came back does not count."""

from collections.abc import Collection, Mapping
from typing import Any

from vouchers.applications import queries, rules
from vouchers.applications.models import Application, ApplicationDocument, ApplicationMatch, BlindDocument

AMOUNTS = ("supply_amount_won", "vat_won", "grant_won", "own_cash_won", "own_in_kind_won")
K = rules.SectionKey


def keep(application: Application, keys: list[str]) -> None:
    """Writes Application.handed_in (not saved here): of the sections that are opened, answers, files by kind and their blind
    versions, need, matches and amounts in whole won."""
    kept: dict[str, Any] = {name: getattr(application, name) for name in ("title", "summary", *AMOUNTS)}
    kept["answers"] = {one.key: one.answers for one in application.sections.filter(key__in=keys)}
    files = application.application_documents.filter(current=True).values_list("kind", "pk")
    kept["documents"] = {kind: pk for kind, pk in files if _section(application, kind) in keys}
    kept["blind"] = _blind(application, keys)
    if K.DATA_NEED in keys:
        kept["need"] = application.need_id
        kept["matches"] = list(application.application_matches.values_list("match_id", flat=True))
    application.handed_in = kept


def restore(application: Application) -> list[str]:
    """Puts back what was kept, in place of what the company wrote since and never handed in.

    Writes: ApplicationSection, ApplicationDocument, BlindDocument, ApplicationMatch; Application (not saved here). Returns: keys
    of the sections that had been changed. Nothing was kept of supplements that were asked for before this was.
    """
    kept, application.handed_in = application.handed_in, {}
    if not kept:
        return []
    changed = [key for key, answers in kept["answers"].items() if _restore_answers(application, key, answers)]
    if "documents" in kept:
        unsent = _drop_blind(application, kept.get("blind"), kept["answers"])  # first: never the same file as an original
        changed += _restore_documents(application, kept["documents"], kept["answers"])
        changed += _restore_blind(application, kept.get("blind"), unsent)
    if "matches" in kept and _restore_matches(application, kept["need"], set(kept["matches"])):
        changed.append(K.DATA_NEED)
    for name in ("title", "summary", *AMOUNTS):
        setattr(application, name, kept[name])
    vars(application).pop("_prefetched_objects_cache", None)
    return [str(key) for key in rules.ORDER if key in changed]


def _restore_answers(application: Application, key: str, answers: dict[str, Any]) -> bool:
    section = application.sections.select_for_update().get(key=key)
    changed = section.answers != answers
    section.answers, section.state = answers, rules.SectionState.COMPLETE
    section.save()
    return changed


def _section(application: Application, kind: str) -> str:
    return queries.section_of(application, kind) or K.DOCUMENTS


def _restore_documents(application: Application, handed_in: Mapping[str, int], opened: Collection[str]) -> list[str]:
    """opened: keys of the sections that were open. Returns: those of them whose files had been changed."""
    rows = application.application_documents.filter(current=True).values_list("kind", "pk")
    now = {kind: pk for kind, pk in rows if _section(application, kind) in opened}
    changed = [kind for kind in {*now, *handed_in} if now.get(kind) != handed_in.get(kind)]
    own = ApplicationDocument.objects.filter(application=application)
    own.filter(pk__in=[now[kind] for kind in changed if kind in now]).update(current=False)
    own.filter(pk__in=[handed_in[kind] for kind in changed if kind in handed_in]).update(current=True)
    return sorted({_section(application, kind) for kind in changed})


def _blind(application: Application, opened: Collection[str]) -> dict[str, int]:
    """kind → id of the file that evaluators of a blind review read, of the sections that are open."""
    rows = application.blind_documents.filter(current=True).values_list("kind", "document_id")
    return {kind: pk for kind, pk in rows if _section(application, kind) in opened}


def _drop_blind(application: Application, handed_in: Mapping[str, int] | None, opened: Collection[str]) -> set[str]:
    """Blind versions that were never handed in count no more. Returns: kinds whose blind version differs from the one handed in."""
    if handed_in is None:
        return set()
    now = _blind(application, opened)
    changed = {kind for kind in {*now, *handed_in} if now.get(kind) != handed_in.get(kind)}
    application.blind_documents.filter(kind__in=changed, current=True).update(current=False)
    return changed


def _restore_blind(application: Application, handed_in: Mapping[str, int] | None, changed: Collection[str]) -> list[str]:
    """A new row each, since a replaced one never counts again (trigger). Returns: the sections of these kinds."""
    for kind in sorted(changed):
        if handed_in and kind in handed_in:
            BlindDocument.objects.create(application=application, kind=kind, document_id=handed_in[kind])
    return sorted({_section(application, kind) for kind in changed})


def _restore_matches(application: Application, need_id: int | None, handed_in: set[int]) -> bool:
    rows = ApplicationMatch.objects.filter(application=application)
    now, need_before = set(rows.values_list("match_id", flat=True)), application.need_id
    application.need_id = need_id
    rows.exclude(match_id__in=handed_in).delete()
    for match_id in sorted(handed_in - now):
        ApplicationMatch.objects.create(application=application, match_id=match_id)
    return (now, need_before) != (handed_in, need_id)
