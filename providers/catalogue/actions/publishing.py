"""From the draft to the catalogue: submit, check, publish or return; pause, resume, retire; and the yearly word that it is right."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role
from portal.journal.actions import close_duties, close_duty, open_duty
from portal.journal.actions import record as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import IllegalStep, Refused
from providers.catalogue import notices, queries, rules
from providers.catalogue.actions.drafting import draft_of, locked
from providers.catalogue.actions.series import tell_opened
from providers.catalogue.actions.versions import apply_content
from providers.catalogue.models import Dataset, Draft
from providers.institutions.rules import check_active

CHECK_DAYS = 5  # working days in which the operating agency answers a submitted entry
CONFIRM_DAYS = 20  # working days in which an institution says whether an entry is still right


@transaction.atomic
def submit(*, dataset_id: int, by: Any) -> Dataset:
    """The draft goes to the operating agency's check. Refused while its profile lacks something.

    Writes: Draft, Dataset, Event dataset.submitted, Duty check_dataset of the operating agency.
    """
    dataset, draft = _moved(dataset_id, "submit", by)
    _check(dataset, draft)
    draft.save()
    open_duty(
        dataset, "check_dataset",
        title_ko=f"데이터셋 점검: {draft.content['title_ko']}", title_en=f"Check a dataset: {_title_en(draft)}",
        url=f"/admin/providers/dataset/{dataset.pk}/change/", due_in=CHECK_DAYS, role=Role.OPERATOR_CASE, by_mail=True, by=by,
    )  # fmt: skip
    return _written(dataset, "dataset.submitted", by)


@transaction.atomic
def start_check(*, dataset_id: int, by: Any) -> Dataset:
    dataset, draft = _moved(dataset_id, "start_check", by)
    draft.save()
    return _written(dataset, "dataset.check_started", by)


@transaction.atomic
def publish(*, dataset_id: int, by: Any) -> Dataset:
    """The draft becomes the published version. Refused while its profile lacks something.

    Writes: Dataset, DatasetVersion, Variable, Draft (gone), Event dataset.published, Notice; closes the duty to check.
    """
    was_open = locked(dataset_id).is_open()
    dataset, draft = _moved(dataset_id, "publish", by)
    _check(dataset, draft)
    apply_content(dataset, draft.content, by)
    draft.delete()
    close_duties(dataset, by=by)
    _journal(dataset, "dataset.published", by, data={"version": dataset.published_number, "sha256": dataset.published_sha256})
    notices.dataset_published(dataset)
    tell_opened(dataset, was_open)
    return dataset


@transaction.atomic
def return_dataset(*, dataset_id: int, reason: str, by: Any) -> Dataset:
    """Back to the institution, with what is to be mended. Writes: Draft, Dataset, Event, Notice; closes the duty to check."""
    dataset, draft = _moved(dataset_id, "return", by, reason)
    draft.save()
    close_duty(dataset, "check_dataset", by=by)
    dataset = _written(dataset, "dataset.returned", by, reason)
    notices.dataset_returned(dataset, draft.content, reason)
    return dataset


def pause(*, dataset_id: int, by: Any) -> Dataset:
    """Takes the entry out of the public catalogue and of matching until it is resumed."""
    return _step(dataset_id, "pause", "dataset.paused", by)


def resume(*, dataset_id: int, by: Any) -> Dataset:
    return _step(dataset_id, "resume", "dataset.resumed", by)


def retire(*, dataset_id: int, reason: str, by: Any) -> Dataset:
    """Ends the entry; a draft of a next version goes with it."""
    return _step(dataset_id, "retire", "dataset.retired", by, reason)


@transaction.atomic
def confirm(*, dataset_id: int, by: Any) -> Dataset:
    """The institution says that the published entry is still right. Writes: Dataset.confirmed_at, Event; closes the duty."""
    dataset = locked(dataset_id)
    require(by, "providers.edit_dataset", dataset)
    if dataset.publication not in rules.SHOWN:
        raise IllegalStep("dataset", dataset.publication, "confirm")
    dataset.confirmed_at = clock.now()
    dataset.save()
    close_duty(dataset, "confirm_dataset", by=by)
    _journal(dataset, "dataset.confirmed", by)
    return dataset


@transaction.atomic
def ask_if_right(*, dataset_id: int) -> bool:
    """The clock asks the institution whether its published entry is still right. Writes: Duty confirm_dataset, Notice.

    False when it is no longer due: confirmed, taken out or asked meanwhile.
    """
    dataset = locked(dataset_id)
    if dataset.pk not in queries.unconfirmed(clock.now()):
        return False
    open_duty(
        dataset, "confirm_dataset",
        title_ko=f"데이터셋 내용 확인: {dataset.title_ko}", title_en=f"Is this dataset's entry still right? {dataset.title_en}",
        url=f"/providers/datasets/{dataset.key}/", due_in=CONFIRM_DAYS, organisation=dataset.institution.organisation,
        role=Role.PROVIDER_MANAGER, by_mail=True, by=None,
    )  # fmt: skip
    return True


PERMISSIONS = {
    "submit": "providers.edit_dataset",
    "start_check": "providers.check_dataset",
    "publish": "providers.check_dataset",
    "return": "providers.check_dataset",
    "pause": "providers.pause_dataset",
    "resume": "providers.pause_dataset",
    "retire": "providers.pause_dataset",
}
REASONED: Iterable[str] = frozenset({"return", "retire"})


def _moved(dataset_id: int, verb: str, by: Any, reason: str = "") -> tuple[Dataset, Draft]:
    """Dataset and draft, locked, after the verb; not saved. An entry that was never published moves with its draft."""
    dataset = locked(dataset_id)
    require(by, PERMISSIONS[verb], dataset)
    _reasoned(verb, reason)
    if verb in ("submit", "publish"):
        check_active(dataset.institution.status)
    draft = draft_of(dataset, by)
    if dataset.publication in rules.WORKING:
        dataset.publication = rules.LIFECYCLE.step(dataset.publication, verb)
    elif dataset.publication not in rules.SHOWN or draft.pk is None:  # nothing was written
        raise IllegalStep("dataset", dataset.publication, verb)
    draft.state = rules.DRAFT_LIFECYCLE.step(draft.state, verb)
    return dataset, draft


def _check(dataset: Dataset, draft: Draft) -> None:
    content = draft.content
    rules.check_publishable(dataset.judged(content), content["profile"], content["origin"], queries.known_codes_kept())


def _reasoned(verb: str, reason: str) -> None:
    if verb in REASONED and not reason.strip():
        raise Refused(_("Give a reason: the institution will read it."), "reason_needed", "reason")


@transaction.atomic
def _step(dataset_id: int, verb: str, event: str, by: Any, reason: str = "") -> Dataset:
    dataset = locked(dataset_id)
    require(by, PERMISSIONS[verb], dataset)
    _reasoned(verb, reason)
    before, dataset.publication = dataset.publication, rules.LIFECYCLE.step(dataset.publication, verb)
    if verb == "retire":
        Draft.objects.filter(dataset=dataset).delete()
        close_duties(dataset, by=by)
    dataset.save()
    _journal(dataset, event, by, frm=before, to=dataset.publication, reason=reason)
    return dataset


def _written(dataset: Dataset, event: str, by: Any, reason: str = "") -> Dataset:
    dataset.save()
    _journal(dataset, event, by, to=dataset.publication, reason=reason)
    return dataset


def _journal(dataset: Dataset, event: str, by: Any, **more: Any) -> None:
    """Public unless it concerns what is not published yet."""
    public = dataset.publication not in rules.WORKING and event not in _INSIDE
    journal(event, dataset, by=by, public=public, organisations=dataset.organisation_ids(), **more)


_INSIDE = frozenset({"dataset.submitted", "dataset.check_started", "dataset.returned"})


def _title_en(draft: Draft) -> str:
    return draft.content["title_en"] or draft.content["title_ko"]
