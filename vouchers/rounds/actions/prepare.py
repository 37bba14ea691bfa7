"""While a round is a draft: its facts, tracks, criteria and policy."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.journal import actions as journal
from portal.kit.access import require
from portal.kit.errors import IllegalStep, Refused, Stale
from vouchers.rounds import rules
from vouchers.rounds.models import Criterion, PolicyVersion, Round, Track

FACTS = (
    "title_ko", "title_en", "summary_ko", "summary_en", "fiscal_year", "match_timing", "opens_at", "closes_at",
    "budget_won", "project_start_on", "project_end_on",
)  # fmt: skip


@transaction.atomic
def create_round(
    *,
    key: str,
    title_ko: str,
    title_en: str,
    fiscal_year: int,
    kind: str | None = None,
    summary_ko: str = "",
    summary_en: str = "",
    match_timing: str = rules.MatchTiming.BEFORE_SUBMISSION,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    budget_won: int | None = None,
    project_start_on: date | None = None,
    project_end_on: date | None = None,
    parent: Round | None = None,
    by: User | None,
) -> Round:
    """A new draft. key: the address, for ever. budget_won: whole won. Writes: Round DRAFT, Event round.created.

    kind: a RoundKind; None: of the demonstration where one of its people makes it, else live.

    Raises: Refused for a key that is taken or no slug, or a window that closes before it opens.
    """
    require(by, "vouchers.manage_round")
    try:
        validate_slug(key)
    except ValidationError:
        raise Refused(_("The key has only letters, digits and hyphens."), "key_shape", "key") from None
    if Round.objects.filter(key=key).exists():
        raise Refused(_("Another round already has this key. Choose another one."), "key_taken", "key")
    _check_window(opens_at, closes_at)
    kind = kind or rules.own_kind(demo=by is not None and by.is_demo)
    title_ko, title_en = rules.marked(kind, title_ko, title_en)
    row = Round(
        key=key, kind=kind, title_ko=title_ko, title_en=title_en, summary_ko=summary_ko, summary_en=summary_en,
        fiscal_year=fiscal_year, match_timing=match_timing, opens_at=opens_at, closes_at=closes_at,
        budget_won=budget_won, project_start_on=project_start_on, project_end_on=project_end_on, parent=parent,
        created_by=by,
    )  # fmt: skip
    row.save()
    journal.record("round.created", row, by=by, to=row.status, data={"key": key})
    return row


@transaction.atomic
def copy_round(*, round_id: int, key: str, as_child: bool = False, kind: str | None = None, by: User | None) -> Round:
    """A draft with the same facts, tracks, criteria and newest policy; the window stays empty.

    as_child: a further call (추가모집, 재공고) of the same round. Writes: Round, Track, Criterion, PolicyVersion, Events.
    """
    require(by, "vouchers.manage_round")
    source = Round.objects.get(pk=round_id)
    row = create_round(
        key=key, kind=kind or source.kind, title_ko=source.title_ko, title_en=source.title_en,
        summary_ko=source.summary_ko, summary_en=source.summary_en, fiscal_year=source.fiscal_year,
        match_timing=source.match_timing, budget_won=source.budget_won, parent=source if as_child else None, by=by,
    )  # fmt: skip
    set_tracks(round_id=row.pk, tracks=list(source.tracks.values(*TRACK_FIELDS)), by=by)
    set_criteria(round_id=row.pk, criteria=list(source.criteria.values(*CRITERION_FIELDS)), by=by)
    policy = source.policy_version()
    if policy is not None:
        save_policy(round_id=row.pk, body=policy.body, reason=str(_("Copied from %(key)s.") % {"key": source.key}), by=by)
    return row


@transaction.atomic
def edit_round(*, round_id: int, version: int, by: User | None, **facts: Any) -> Round:
    """Changes facts of a draft. facts: any of FACTS. Writes: Round, Event round.edited. Raises: Stale, IllegalStep, Refused."""
    row = draft_of(round_id, by)
    if row.version != version:
        raise Stale()
    titles = rules.marked(row.kind, facts.get("title_ko", row.title_ko), facts.get("title_en", row.title_en))
    facts |= dict(zip(("title_ko", "title_en"), titles, strict=True))
    changed = sorted(name for name in FACTS if name in facts and getattr(row, name) != facts[name])
    if not changed:
        return row
    for name in changed:
        setattr(row, name, facts[name])
    _check_window(row.opens_at, row.closes_at)
    with not_below_ledger():
        row.save()
    journal.record("round.edited", row, by=by, data={"changed": changed})
    return row


TRACK_FIELDS = ("key", "name_ko", "name_en", "position", "cap_won", "slots", "task_price_won")
CRITERION_FIELDS = ("key", "name_ko", "name_en", "guidance_ko", "guidance_en", "position", "stage", "weight")


@transaction.atomic
def set_tracks(*, round_id: int, tracks: Sequence[Mapping[str, Any]], by: User | None) -> list[Track]:
    """Replaces the tracks of a draft. tracks: TRACK_FIELDS, money in whole won. Writes: Track, Event round.tracks_set."""
    row = draft_of(round_id, by)
    _no_doubles([str(track["key"]) for track in tracks], _("Two tracks have the same key."))
    kept = {track["key"] for track in tracks}
    row.tracks.exclude(key__in=kept).delete()
    found = {track.key: track for track in row.tracks.all()}
    rows = []
    for position, given in enumerate(tracks):
        track = found.get(given["key"]) or Track(round=row)
        for name in TRACK_FIELDS:
            if name in given:
                setattr(track, name, given[name])
        track.position = given.get("position") or position
        track.save()
        rows.append(track)
    journal.record("round.tracks_set", row, by=by, data={"tracks": sorted(kept)})
    return rows


@transaction.atomic
def set_criteria(*, round_id: int, criteria: Sequence[Mapping[str, Any]], by: User | None) -> list[Criterion]:
    """Replaces the criteria of a draft; their weights need to add up to 100 only when the round is announced.

    criteria: CRITERION_FIELDS; without a stage scored by the documents. Writes: Criterion, Event round.criteria_set. Raises: Refused for a weight outside 1–100.
    """
    row = draft_of(round_id, by)
    _no_doubles([str(one["key"]) for one in criteria], _("Two criteria have the same key."))
    if any(not 1 <= int(one["weight"]) <= 100 for one in criteria):
        raise Refused(_("A weight lies between 1 and 100."), "weight_range")
    kept = {one["key"] for one in criteria}
    row.criteria.exclude(key__in=kept).delete()
    found = {one.key: one for one in row.criteria.all()}
    rows = []
    for position, given in enumerate(criteria):
        one = found.get(given["key"]) or Criterion(round=row)
        for name in CRITERION_FIELDS:
            if name in given:
                setattr(one, name, given[name])
        one.stage = given.get("stage") or rules.EvaluationStage.DOCUMENT
        one.position = given.get("position") or position
        one.save()
        rows.append(one)
    journal.record("round.criteria_set", row, by=by, data={"weights": {one.key: one.weight for one in rows}})
    return rows


@transaction.atomic
def save_policy(*, round_id: int, body: Mapping[str, Any], reason: str, by: User | None) -> PolicyVersion:
    """A new version of the policy of a draft; earlier versions stay. body: see rules.Policy, rates as decimal text.

    Writes: PolicyVersion, Event round.policy_saved. Raises: Refused with every fault of the body.
    """
    row = draft_of(round_id, by)
    faults = rules.policy_faults(body)
    if faults:
        raise Refused(" ".join(rules.fault_words(fault) for fault in faults), "policy_faults")
    last = row.policy_version()
    version = PolicyVersion(round=row, number=(last.number if last else 0) + 1, body=dict(body), reason=reason)
    version.save()
    journal.record("round.policy_saved", row, by=by, reason=reason, policy_version=version.number)
    return version


def draft_of(round_id: int, by: User | None) -> Round:
    """The locked row of a draft. Raises: NotAllowed, IllegalStep once it is none."""
    row = Round.objects.select_for_update().get(pk=round_id)
    require(by, "vouchers.manage_round")
    if row.status != rules.RoundStatus.DRAFT or row.is_reference:
        raise IllegalStep("round", row.status, "edit_round")
    return row


def _check_window(opens_at: datetime | None, closes_at: datetime | None) -> None:
    if opens_at and closes_at and opens_at >= closes_at:
        raise Refused(_("The call must open before it closes."), "window_order", "closes_at")


def _no_doubles(keys: list[str], sentence: Any) -> None:
    if len(keys) != len(set(keys)):
        raise Refused(sentence, "key_twice")


@contextmanager
def not_below_ledger() -> Iterator[None]:
    """The ledger stands later in time, so the database keeps that a budget never says less than what the call was given."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "round_budget_covers_ledger" not in str(error):
            raise
        raise Refused(
            _("The ledger holds more than this for the call. Book it back there first, then lower the budget."),
            "below_ledger", "budget_won",
        ) from error  # fmt: skip
