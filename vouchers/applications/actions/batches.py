"""One verb for many applications: each in its own transaction and with its own event; what is refused is kept with its reason."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import DomainError, Refused
from vouchers.applications import queries, rules
from vouchers.applications.actions.deciding import ask_rules, begin_check, find_eligible
from vouchers.applications.models import Application, CheckBatch, CheckBatchLine
from vouchers.companies import actions as companies
from vouchers.companies.rules import PERSON_AFTER_ATTEMPTS
from vouchers.rounds.models import Round

CHECK = "vouchers.check_application"
K = rules.BatchKind
NO_ANSWER = _("The tax service did not answer. A person must check the state of the business; the asking goes on.")


@transaction.atomic
def start_batch(*, kind: str, round_id: int | None = None, application_ids: Sequence[int] = (), by: User) -> CheckBatch:
    """Begins a batch over the ticked applications, or over all of a round that the verb concerns. Nothing is done to them here.

    kind: rules.BatchKind. Writes: CheckBatch, CheckBatchLine, Event check_batch.started; for ASK_TAX when the companies are
    asked. Raises: Refused (nothing to do, one of this kind runs), NotAllowed.
    """
    require(by, CHECK)
    round_ = Round.objects.select_for_update(no_key=True).get(pk=round_id) if round_id is not None else None
    if round_ is not None and CheckBatch.objects.filter(round=round_, kind=kind, finished_at__isnull=True).exists():
        raise Refused(_("The same is being done for this round already. Wait until it is finished."), "batch_running")
    found = (
        Application.objects.visible_to(by).filter(pk__in=application_ids) if round_ is None else queries.candidates(round_, kind)
    )
    wanted = list(found.order_by("submitted_at", "pk").values_list("pk", "company_id"))
    if not wanted:
        raise Refused(_("There is no application for which this can be done."), "nothing_to_do")
    batch = CheckBatch(kind=rules.BatchKind(kind), round=round_, started_by=by)
    batch.save()
    CheckBatchLine.objects.bulk_create(CheckBatchLine(batch=batch, application_id=pk) for pk, _company in wanted)
    if kind == K.ASK_TAX:
        companies.ask_tax_service(company_ids=sorted({company for _pk, company in wanted}), now=batch.created_at, by=by)
    journal.record("check_batch.started", batch, by=by, data={"kind": batch.kind, "applications": len(wanted)})
    return batch


def go_on_batches() -> int:
    """The sweep: goes on with every batch that is not finished. Returns how many applications it took. Writes: as `go_on_batch`."""
    running = CheckBatch.objects.filter(finished_at__isnull=True).order_by("pk").values_list("pk", flat=True)
    return journal.each("applications.go_on_batches", list(running), lambda pk: go_on_batch(batch_id=pk, most=rules.A_SWEEP))


def go_on_batch(*, batch_id: int, most: int = rules.AT_ONCE) -> int:
    """Takes up to `most` further applications; one that is refused is kept with its reason, the others go on.

    Writes: CheckBatchLine and what the verb writes; after the last one CheckBatch.finished_at and Event check_batch.finished.
    Returns: how many were taken.
    """
    batch = CheckBatch.objects.select_related("started_by").get(pk=batch_id)
    taken = 0
    while taken < most and _take_one(batch):
        taken += 1
    _finish(batch_id)
    return taken


@transaction.atomic
def _take_one(batch: CheckBatch) -> bool:
    line = queries.ready_line(batch).select_for_update(of=("self",), skip_locked=True).first()
    if line is None:
        return False
    try:
        with transaction.atomic():
            _VERBS[batch.kind](application_id=line.application_id, by=batch.started_by)
        unanswered = batch.kind == K.ASK_TAX and line.application.company.check_attempts >= PERSON_AFTER_ATTEMPTS
        line.outcome = "SKIPPED" if unanswered else "DONE"
        line.reason_ko, line.reason_en = _both(lambda: str(NO_ANSWER)) if unanswered else ("", "")
    except DomainError as error:
        line.outcome, (line.reason_ko, line.reason_en) = "SKIPPED", _reason(error, line.application)
    line.save()
    return True


def _reason(error: DomainError, application: Application) -> tuple[str, str]:
    """Why it was refused, in Korean and English."""
    if error.code == "rules_open":  # its rules' names were put into words when it was raised
        return _both(lambda: queries.not_yet_eligible(application))
    return _both(lambda: str(error.message))


def _both(sentence: Callable[[], str]) -> tuple[str, str]:
    found = []
    for language in ("ko", "en"):
        with translation.override(language):
            found.append(sentence())
    return found[0], found[1]


@transaction.atomic
def _finish(batch_id: int) -> None:
    batch = CheckBatch.objects.select_for_update(of=("self",)).select_related("started_by").get(pk=batch_id)
    if batch.finished_at is not None or batch.lines.filter(outcome="WAITING").exists():
        return
    batch.finished_at = clock.now()
    batch.save()
    found = queries.counts(batch)
    journal.record("check_batch.finished", batch, by=batch.started_by, data={"done": found.done, "skipped": found.skipped})


_VERBS: Mapping[str, Callable[..., Any]] = {
    K.BEGIN_CHECK: begin_check,
    K.ASK_TAX: ask_rules,
    K.ASK_RULES: ask_rules,
    K.FIND_ELIGIBLE: find_eligible,
}
