"""Released results: awards, the reserve list; and whether what is stored tells the truth."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from portal.journal import queries as journal
from portal.kit import clock
from portal.kit.words import day, korean, pick
from vouchers.applications.models import Application
from vouchers.evaluation import rules
from vouchers.evaluation.models import (
    Assignment,
    Award,
    Score,
    ScoreVersion,
    SelectionLetter,
    SelectionLine,
    SelectionRecord,
    SelectionRun,
)
from vouchers.ledger.models import LedgerEvent
from vouchers.rounds.models import Criterion, Round


def current_run(programme: Round) -> SelectionRun | None:
    """The released run that stands: the last one after an objection, else the first."""
    return SelectionRun.objects.filter(round=programme, status="CONFIRMED").order_by("-confirmed_at", "-id").first()


def reserve_place(application: Application) -> int | None:
    """Where it waits now: a run after an objection may have put somebody before it. None: it does not wait."""
    if application.status != "RESERVE":
        return None
    lines = SelectionLine.objects.filter(application=application, run__status="CONFIRMED").order_by(
        "-run__confirmed_at", "-run_id"
    )
    return lines.values_list("reserve_no", flat=True).first()


def result_of(application: Application) -> SelectionLine | None:
    """The released outcome of an application, by the last run that decided about it; nothing before the confirmation."""
    return (
        SelectionLine.objects.filter(application=application, run__status="CONFIRMED", decides=True)
        .order_by("-run__confirmed_at", "-run_id")
        .select_related("run__round", "application__track", "application__company", "application__round", "letter")
        .first()
    )


def objection_window(programme: Round) -> tuple[date | None, int]:
    """The last day on which somebody may object to a released result, and how many letters are not served yet: for these the
    days have not begun. (None, 0): nobody got an adverse letter. One query."""
    found = SelectionLetter.objects.filter(line__run__round=programme, line__run__status="CONFIRMED").aggregate(
        last=Max("open_until"), waiting=Count("pk", filter=Q(served_on__isnull=True))
    )
    return found["last"], found["waiting"]


def provisional_words(programme: Round) -> str:
    """What a company reads while the results of its call are provisional; empty when they are not, or are no more. One query
    beside the policy."""
    if not programme.policy().selection.provisional:
        return ""
    last, unserved = objection_window(programme)
    if unserved:
        return _("The results of this call are provisional until everybody's time to object has run out. Agreements wait for it.")
    if last is None or clock.today() > last:
        return ""
    return _(
        "The results of this call are provisional until the end of %(day)s, the last day to object. Agreements wait for it."
    ) % {"day": day(last)}


def objection_body(programme: Round) -> str:
    """With whom an objection against a result is filed, in the reader's language."""
    own = programme.policy().selection
    return own.objection_body_ko if korean() else own.objection_body_en


def selected_because(award: Award) -> str:
    """Why it was selected, in the reader's language: as the run said, or how it moved up from the reserve list since."""
    line = result_of(award.application)
    if line is not None and line.outcome == rules.Outcome.SELECTED:
        return str(pick(line, "reason"))
    found = journal.history(award.application).filter(name="application.selected").last()
    if found is None:
        return ""
    return found.reason if korean() else str(found.data.get("reason_en") or found.reason)


def reason_of(award: Award) -> str:
    """Why an award ended, in the reader's language where the portal itself gave the reason; a person's words as they stand."""
    found = journal.history(award).filter(reason=award.reason).last() if award.reason and not korean() else None
    return str(found.data.get("reason_en") or award.reason) if found is not None else award.reason


def award_of(application: Application) -> Award | None:
    return Award.objects.filter(application=application).first()


def to_draft() -> QuerySet[Award]:
    """Accepted awards without an agreement yet, the oldest first: the operating agency's queue."""
    return (
        Award.objects.filter(status="ACCEPTED")
        .select_related("application__company", "application__round", "application__track")
        .only(
            "ref", "project_no", "grant_won", "decided_at", "application__title", "application__company__name_ko",
            "application__company__name_en", "application__round__title_ko", "application__round__title_en",
            "application__track__name_ko", "application__track__name_en",
        )
        .order_by("decided_at", "id")
    )  # fmt: skip


def reserves(programme: Round, track_id: int) -> list[rules.Reserve]:
    """Who still waits on a track's reserve list, with the pools of each."""
    rows = SelectionLine.objects.filter(
        run=current_run(programme), outcome="RESERVE", application__status="RESERVE",
        application__track_id=track_id,
    ).select_related("application__track")  # fmt: skip
    return [
        rules.Reserve(
            row.application_id,
            row.application.track.key,
            row.reserve_no or 0,
            row.application.grant_won,
            pools_of(row.application),
        )
        for row in rows
    ]


def pools_of(application: Application) -> frozenset[str]:
    """The pools that an application belongs to, by its facts at the submission."""
    youth = bool(application.company_snapshot.get("is_youth_led"))
    return rules.pools_by_facts(region=application.region, youth=youth, size=application.company_size)


def pools_lacking(run: SelectionRun) -> dict[str, int]:
    """pool → places that its quota lacks among the live awards, in policy order. Two queries, none without pools."""
    record = SelectionRecord.objects.filter(run=run).first()
    quotas = outputs_of(record).quotas if record else ()
    if not quotas:
        return {}
    live = Award.objects.filter(application__round_id=run.round_id, status__in=rules.LIVE_AWARDS).select_related("application")
    held = [pools_of(award.application) for award in live]
    return {quota.pool: quota.kept - sum(quota.pool in pools for pools in held) for quota in quotas}


# ── Does it tell the truth? ──────────────────────────────────────────────────────────────────────────
def faults() -> Iterator[str]:
    """What `manage.py verify` must find empty: totals that their scores do not give, figures of a selection that its lines
    do not give, awards without their reservation in the ledger."""
    weights = dict(Criterion.objects.values_list("pk", "weight"))
    points: dict[int, Decimal] = defaultdict(Decimal)
    handed_in = Assignment.objects.handed_in()
    for row in Score.objects.filter(assignment__in=handed_in).values_list("assignment_id", "criterion_id", "points").iterator():
        points[row[0]] += Decimal((row[2] or 0) * weights[row[1]]) / 100
    for ref, pk, total in handed_in.values_list("ref", "pk", "total").iterator():
        if total != points[pk]:
            yield f"assignment {ref}: stores a total of {total}, its scores give {points[pk]}"
    for run in SelectionRun.objects.exclude(status="DRY").annotate(
        selected=Count("lines", filter=Q(lines__outcome="SELECTED")), won=Sum("lines__grant_won")
    ):
        if (run.summary.get("selected"), run.summary.get("selected_won")) != (run.selected, run.won or 0):
            yield f"selection {run.ref}: its summary is not the sum of its lines"
    newest = ScoreVersion.objects.filter(assignment=OuterRef("assignment"), criterion=OuterRef("criterion")).order_by("-number")
    kept = Score.objects.filter(assignment__in=handed_in).annotate(newest=Subquery(newest.values("points")[:1]))
    for ref in kept.filter(newest__isnull=False).exclude(points=F("newest")).values_list("ref", flat=True).iterator():
        yield f"score {ref}: is not what its newest version says"
    yield from _run_faults()
    for award in Award.objects.select_related("application").iterator(chunk_size=1000):
        reserved = sum(
            LedgerEvent.objects.filter(kind="RESERVED", subject_ref=award.application.ref).values_list("amount_won", flat=True)
        )
        if reserved != award.grant_won:
            yield f"award {award.ref}: grants {award.grant_won} won, the ledger reserved {reserved}"


def _run_faults() -> Iterator[str]:
    """Signed runs that do not give the same bytes again, and lines that are not what the outputs say."""
    signed = SelectionRecord.objects.filter(run__status__in=["PROPOSED", "CONFIRMED"]).select_related("run")
    for record in signed.iterator(chunk_size=1):
        run = record.run
        if rules.digest(record.inputs) != run.inputs_sha256:
            yield f"selection {run.ref}: its inputs are not those whose hash it carries"
        elif rules.digest(record.outputs) != run.outputs_sha256:
            yield f"selection {run.ref}: its outputs are not those whose hash it carries"
        elif rules.outputs_text(record.inputs) != record.outputs:
            yield f"selection {run.ref}: run again, its inputs give other outputs"
        else:
            said = {(x.ref, x.rank, x.total, str(x.outcome), x.grant_won, x.reserve_no) for x in outputs_of(record).lines}
            columns = ("application__ref", "rank", "total", "outcome", "grant_won", "reserve_no")
            if said != set(run.lines.order_by().values_list(*columns)):
                yield f"selection {run.ref}: its lines are not what its outputs say"


def outputs_of(record: SelectionRecord) -> rules.Result:
    return rules.parse_outputs(json.loads(record.outputs))
