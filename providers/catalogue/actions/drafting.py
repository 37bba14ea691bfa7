"""An institution writes its entry: the next version stands beside the published one until it is published."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.journal.actions import record as journal
from portal.kit.access import require
from portal.kit.errors import IllegalStep, Refused, Stale
from portal.kit.models import make_ref
from providers.catalogue import queries, rules
from providers.catalogue.models import Dataset, Draft
from providers.institutions.models import Institution

OPEN = (*rules.SHOWN, rules.Publication.DRAFT)  # entries of which a next version may be begun


@transaction.atomic
def create_dataset(*, institution: Institution, values: Mapping[str, Any], by: Any, key: str = "") -> Dataset:
    """A new entry, not public. values: any of rules.CONTENT, and profile; key: its identifier for ever, made when empty.

    Writes: Dataset (DRAFT), Draft, Event dataset.drafted. Raises Refused when the key is taken, or kept for reference data, or a value
    does not fit.
    """
    require(by, "providers.edit_dataset", institution)
    if rules.is_kept(key):
        sentence = _("Identifiers that begin with kc- or kcure- are kept for the K-CURE collections. Choose another one.")
        raise Refused(sentence, "kept_identifier", "key")
    key = key or f"{institution.key[:60]}-{make_ref('d')[2:]}"
    dataset = Dataset(
        key=key,
        institution=institution,
        publication=rules.LIFECYCLE.initial,
        origin=rules.Origin.HOLDER,
        **_head(values),
    )
    _save_new(dataset)
    draft = Draft(dataset=dataset, state=rules.DRAFT_LIFECYCLE.initial, content=_content(_empty(), values))
    _check(draft.content)
    draft.save()
    _journal("dataset.drafted", dataset, draft, by)
    return dataset


def _save_new(dataset: Dataset) -> None:
    """The index decides whose identifier it is, also where two take it at once. Raises Refused."""
    try:
        with transaction.atomic():
            dataset.save(force_insert=True)
    except IntegrityError:
        if not Dataset.objects.filter(key=dataset.key).exists():
            raise
        raise Refused(_("This identifier is taken. Choose another one."), "taken", "key") from None


@transaction.atomic
def edit(*, dataset_id: int, version: int, values: Mapping[str, Any], by: Any) -> Draft:
    """Saves the draft of the next version; begins it when there is none. The published version stays as it is.

    version: the draft's, as it was opened; 0 when there was none. Writes: Draft, Event dataset.drafted or dataset.edited.
    Raises Stale when somebody saved first, IllegalStep while the draft is being checked, Refused for values that do not fit.
    """
    dataset, draft = _opened(dataset_id, version, by)
    began = draft.pk is None
    draft.content = _content(draft.content, values)
    return _saved(dataset, draft, by, "dataset.drafted" if began else "dataset.edited")


@transaction.atomic
def import_variables(*, dataset_id: int, version: int, variables: Sequence[rules.Variable], by: Any) -> Draft:
    """Replaces the draft's variables by those of a spreadsheet, all or none. Writes: Draft, Event dataset.variables_imported."""
    dataset, draft = _opened(dataset_id, version, by)
    if len(variables) > rules.MOST_VARIABLES:
        raise Refused(_("At most %(n)s variables fit into an entry.") % {"n": f"{rules.MOST_VARIABLES:,}"}, "too_many", "file")
    draft.content = {**draft.content, "variables": [dict(one.__dict__) for one in variables]}
    return _saved(dataset, draft, by, "dataset.variables_imported", count=len(variables))


@transaction.atomic
def discard(*, dataset_id: int, by: Any) -> Dataset:
    """Throws the draft of a next version away; the published one stays. Writes: Draft (gone), Event dataset.discarded."""
    dataset = locked(dataset_id)
    require(by, "providers.edit_dataset", dataset)
    draft = Draft.objects.select_for_update().filter(dataset=dataset).first()
    if draft is None or dataset.publication not in rules.SHOWN:
        raise IllegalStep("dataset_draft", dataset.publication, "discard")
    rules.DRAFT_LIFECYCLE.step(draft.state, "discard")
    draft.delete()
    journal("dataset.discarded", dataset, by=by, organisations=dataset.organisation_ids())
    return dataset


def locked(dataset_id: int) -> Dataset:
    return Dataset.objects.select_for_update(of=("self",)).select_related("institution").get(pk=dataset_id)


def draft_of(dataset: Dataset, by: Any) -> Draft:
    """The locked draft, or a new one (not saved) that begins with what is published.

    Whoever begins it for the institution answers for all of it: marks of the portal (recalled, derived) fall away.
    """
    draft = Draft.objects.select_for_update().filter(dataset=dataset).first()
    if draft is not None:
        return draft
    content = dataset.content(queries.variables_of(dataset))
    allowed = rules.profiles_for(content["access_rights"], rules.Origin.HOLDER)
    if content["profile"] not in allowed:
        content["profile"] = allowed[0].value if allowed else rules.Profile.NON_PUBLIC.value
    for field in rules.FIELDS:  # sources write addresses without https://
        value = content[field.name]
        if field.kind == rules.Kind.URL and value and not rules.is_address(value):
            content[field.name] = f"https://{value}"
    content |= {"origin": rules.Origin.HOLDER.value, "recalled_fields": [], "derived_fields": [], "certainty": ""}
    return Draft(dataset=dataset, state=rules.DRAFT_LIFECYCLE.initial, content=content)


def _opened(dataset_id: int, version: int, by: Any) -> tuple[Dataset, Draft]:
    dataset = locked(dataset_id)
    require(by, "providers.edit_dataset", dataset)
    draft = draft_of(dataset, by)
    if draft.version != version:
        raise Stale()
    if draft.state != rules.DraftState.DRAFT or dataset.publication not in OPEN:
        raise IllegalStep("dataset_draft", draft.state, "edit")
    return dataset, draft


def _saved(dataset: Dataset, draft: Draft, by: Any, event: str, **more: Any) -> Draft:
    _check(draft.content)
    draft.save()
    if dataset.publication == rules.Publication.DRAFT:  # so that lists can name an entry that was never published
        for name, value in _head(draft.content).items():
            setattr(dataset, name, value)
        dataset.save()
    _journal(event, dataset, draft, by, **more)
    return draft


def _empty() -> dict[str, Any]:
    nothing = {field.name: rules.nothing(field.kind) for field in rules.FIELDS}
    own = {"status": "AVAILABLE", "disease_scope": "UNKNOWN", "theme": ["HEAL"]}
    return {**nothing, **own, "profile": "", "origin": rules.Origin.HOLDER.value, "variables": []}


def _content(before: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - {*rules.CONTENT, "profile"}
    assert not unknown, f"not a field of an entry: {unknown}"
    return {**before, **values}


def _check(content: Mapping[str, Any]) -> None:
    """A draft may lack much, but what it says must fit. Raises Refused."""
    if not content["title_ko"]:
        raise Refused(_("Give the dataset a Korean title."), "title_needed", "title_ko")
    for field, sentence in rules.what_misfits(content, queries.known_codes_kept()):
        raise Refused(sentence, "misfit", field)


def _head(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title_ko": values.get("title_ko") or "",
        "title_en": values.get("title_en") or "",
        "status": values.get("status") or "AVAILABLE",
    }


def _journal(event: str, dataset: Dataset, draft: Draft, by: Any, **more: Any) -> None:
    data = {"draft_version": draft.version, "sha256": rules.sha256(draft.content), **more}
    journal(event, dataset, by=by, organisations=dataset.organisation_ids(), data=data)
