"""What the records of one transaction of an import share: what fits, what goes to the check, what is remembered (docs/adr/0013)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.accounts.rules import Role
from portal.journal.actions import open_duty
from portal.journal.actions import record as journal
from providers.catalogue import rules
from providers.catalogue.models import Dataset, Draft, ImportedRecord, ImportLine, ImportRun
from providers.catalogue.queries.reading import Known
from providers.catalogue.rules import importing
from providers.catalogue.rules.importing import Importer
from providers.catalogue.rules.reading import Lookup, Read, Reason
from providers.institutions.models import Institution

CHECK_DAYS = 5  # working days in which the operating agency answers, as for any submitted entry


@dataclass
class Batch:
    """What the records of one transaction share. fresh: new entries, written together at the end."""

    run: ImportRun
    lookup: Lookup
    codes: Mapping[str, Sequence[str]]
    known: Known
    by: Any
    fresh: list[tuple[Read, Institution, ImportLine]] = field(default_factory=list)
    memory: list[ImportedRecord] = field(default_factory=list)


def fitting(batch: Batch, before: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The content with the values that fit it, and the reasons for those that do not."""
    values, left = dict(values), []
    content = {**before, **values}
    for name, _sentence in rules.what_misfits(content, batch.codes):
        field = name if name in values else OTHER_END.get(name, "")
        if field in values:
            left.append(Reason("misfit", {"value": str(values.pop(field))[:100]}, field).kept())
    content = {**before, **values}
    content["profile"] = importing.fitting_profile(content["profile"], content["access_rights"], content["origin"])
    return content, left


OTHER_END = {"max_age": "min_age", "temporal_end": "temporal_start", "retention_end": "retention_start"}


def go_on(batch: Batch, dataset: Dataset, draft: Draft, line: ImportLine) -> None:
    """What the portal takes over itself goes to the operating agency's check at once, where its profile lacks nothing; an
    institution's people submit theirs themselves."""
    content = draft.content
    lacking = rules.completeness(dataset.judged(content), content["profile"]).required
    if lacking:
        line.reasons.append(Reason("lacking", {"names": [gap.name for gap in lacking]}).kept())
    if lacking or not as_source(batch, dataset.institution):
        return
    draft.state = rules.DRAFT_LIFECYCLE.step(draft.state, "submit")
    draft.save()
    if dataset.publication in rules.WORKING:
        dataset.publication = rules.LIFECYCLE.step(dataset.publication, "submit")
        dataset.save()
    open_duty(
        dataset, "check_dataset", title_ko=f"데이터셋 점검: {content['title_ko']}", title_en=f"Check a dataset: {content['title_en']}",
        url=f"/admin/providers/dataset/{dataset.pk}/change/", due_in=CHECK_DAYS, role=Role.OPERATOR_CASE, by=batch.by,
    )  # fmt: skip
    journal("dataset.submitted", dataset, by=batch.by, to=dataset.publication, organisations=dataset.organisation_ids())


def as_source(batch: Batch, institution: Institution) -> bool:
    """Nobody at an institution answers for it: the portal took it over from what was published."""
    return batch.run.importer == Importer.REGISTRAR or institution.organisation_id is None


def told(batch: Batch, draft: Draft) -> dict[str, Any]:
    """What the event says of the draft."""
    return {"draft_version": draft.version, "sha256": rules.sha256(draft.content), "import": batch.run.ref}


def remembered(
    batch: Batch, institution: Institution, identifier: str, dataset: Dataset, said: str, draft: Draft | None
) -> ImportedRecord:
    return ImportedRecord(
        institution=institution, identifier=identifier, dataset=dataset, source=batch.run.source, run=batch.run, sha256=said,
        draft_ref=draft.ref if draft else "", draft_version=draft.version if draft else 0,
    )  # fmt: skip


def remember(batch: Batch) -> None:
    if batch.memory:
        again = ["dataset", "run", "sha256", "draft_ref", "draft_version", "gone_at", *(["source"] if batch.run.source else [])]
        ImportedRecord.objects.bulk_create(
            {(one.institution_id, one.identifier): one for one in batch.memory}.values(), update_conflicts=True, update_fields=again,
            unique_fields=["institution", "identifier"],
        )  # fmt: skip
