"""A call's facts, its policy in words, and what stops its announcement."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from portal.journal import queries as journal
from portal.journal.memory import remembered
from portal.kit import clock, workdays
from portal.kit.codes import Codes
from portal.kit.won import won
from portal.kit.words import pick
from providers.catalogue import queries as catalogue
from vouchers.rounds import rules
from vouchers.rounds.models import Criterion, PolicyVersion, Round, Track


def public_rounds(*, year: int | None = None, phase: str = "", now: datetime | None = None) -> QuerySet[Round]:
    """Announced rounds that count, the open and newest first, with their tracks. phase: a rules.Phase code."""
    rows = Round.objects.announced().exclude(kind=rules.RoundKind.REHEARSAL)
    rows = rows.filter(pk__in=Round.objects.counted().values("pk"))
    if year is not None:
        rows = rows.filter(fiscal_year=year)
    if phase:
        rows = rows.in_phase(phase, now or clock.now())
    return rows.prefetch_related("tracks").order_by("-fiscal_year", "is_reference", "-closes_at", "-id")


def years() -> list[int]:
    """Fiscal years that have a public round, newest first."""
    return sorted(set(public_rounds().order_by().values_list("fiscal_year", flat=True)), reverse=True)


def track_words() -> dict[str, str]:
    """Every kind of track once: its key → its newest name in the reader's language. One query."""
    rows = Track.objects.order_by("id").values("key", "name_ko", "name_en")
    return {row["key"]: pick(row, "name") for row in rows}


def get_public(key: str) -> Round | None:
    """A public round with tracks, criteria and policy versions, or None. Four queries."""
    parts = [
        Prefetch("tracks", Track.objects.order_by("position", "id")),
        Prefetch("criteria", Criterion.objects.order_by("stage", "position", "id")),
        Prefetch("policy_versions", PolicyVersion.objects.order_by("-number")),
    ]
    return public_rounds().filter(key=key).prefetch_related(None).prefetch_related(*parts).first()


def current_policy(round: Round) -> rules.Policy | None:
    """The newest policy, parsed; None when the round has none (reference rounds)."""
    found = next(iter(sorted(round.policy_versions.all(), key=lambda version: -version.number)), None)
    return found.parsed() if found else None


def faults_of(round: Round) -> list[str]:
    """What stops the announcement, as codes (rules.fault_words makes sentences)."""
    version = round.policy_version()
    return rules.announcement_faults(
        body=version.body if version else None,
        weights=list(round.criteria.values_list("weight", flat=True)),
        opens_at=round.opens_at,
        closes_at=round.closes_at,
        budget_won=round.budget_won,
        tracks=list(round.tracks.values_list("key", "cap_won", "slots")),
        now=clock.now(),
        projects=(round.project_start_on, round.project_end_on),
        texts=_texts(round),
        stages=list(round.criteria.values_list("key", "stage")),
    )


def fault_sentences(round: Round, faults: Iterable[str]) -> list[str]:
    """The sentences of faults of `faults_of`, in the reader's language, with the names of tracks and criteria."""
    found = list(faults)
    rows: list[tuple[str, Track | Criterion]] = []
    if found:
        rows = [*(("tracks", one) for one in round.tracks.all()), *(("criteria", one) for one in round.criteria.all())]
    names = {f"{part}.{one.key}": pick(one, "name") or one.name_ko or one.name_en for part, one in rows}
    return [rules.fault_words(fault, names) for fault in found]


def _texts(round: Round) -> list[rules.Text]:
    """Everything that the call says in two languages."""
    named: list[tuple[str, Track | Criterion]] = [("tracks", one) for one in round.tracks.all()]
    named += [("criteria", one) for one in round.criteria.all()]
    guided = [rules.Text(f"criteria.{one.key}", one.guidance_ko, one.guidance_en, needed=False) for one in round.criteria.all()]
    return [
        rules.Text("title", round.title_ko, round.title_en),
        rules.Text("summary", round.summary_ko, round.summary_en, needed=False),
        *(rules.Text(f"{part}.{one.key}", one.name_ko, one.name_en) for part, one in named),
        *guided,
    ]


def stage_words(criteria: Iterable[Criterion], policy: rules.Policy) -> str:
    """What the call says where criteria are scored by the presentation; empty where none is."""
    if all(one.stage != rules.EvaluationStage.PRESENTATION for one in criteria):
        return ""
    if policy.presentation_absence == rules.Absence.ZERO:
        words = _("Criteria of the presentation are scored once it was held. Whoever stays away gets 0 points on them.")
        if policy.selection.normalisation != rules.Normalisation.Z_SCORE:
            return words
        return f"{words} {_('Totals of companies that stayed away from the presentation count in no mean and no spread.')}"
    return _("Criteria of the presentation are scored once it was held, and by the documents where a company stays away.")


def budget_short_won(round: Round) -> int:
    """Won by which ceilings × slots exceed the budget."""
    return rules.budget_short_won(round.budget_won, list(round.tracks.values_list("key", "cap_won", "slots")))


def evaluation_due(round: Round) -> datetime:
    """24:00 KST of the last working day for the eligibility check after the close."""
    return workdays.due_at(round.closes_at or clock.now(), round.days("eligibility"))


def selection_rows(policy: rules.Policy) -> list[tuple[str, list[str]]]:
    """How the round selects, as (word, sentences) in the reader's language: part of the call."""
    own = policy.selection
    regions = catalogue.words("region").get("region", {}) if policy.eligible_regions else {}
    rows = [
        (_("Regions whose companies may apply"), [str(regions.get(code, code)) for code in policy.eligible_regions]),
        (_("Stages of the evaluation"), [str(rules.EvaluationStage.word(one)) for one in policy.evaluation_stages]),
        (_("Normalisation"), [str(rules.Normalisation.word(own.normalisation))]),
        (_("What must reach the pass mark"), [str(rules.PassMark.word(own.pass_mark_counts))]),
        (_("Bonus points"), _points_words(own.bonus_points, rules.Advantage, own.bonus_cap)),
        (_("Penalty points"), _points_words(own.penalty_points, rules.Penalty, own.penalty_cap)),
        (_("Order of the tie-break"), [str(rules.TieBreak.word(code)) for code in own.tie_break]),
        (_("Pools"), [_pool_words(one) for one in own.pools]),
    ]
    return [(word, sentences) for word, sentences in rows if sentences]


def _points_words(points: Mapping[str, Decimal], codes: type[Codes], cap: Decimal) -> list[str]:
    if not points:
        return []
    each = [_("%(what)s: %(points)s") % {"what": codes.word(code), "points": number} for code, number in points.items()]
    return [*each, _("At most %(points)s together") % {"points": cap}]


def _pool_words(one: rules.PoolQuota) -> str:
    share = f"{(one.share * 100).normalize():f}"
    return _("%(pool)s: at least %(share)s%% of all slots, as far as enough of them pass") % {
        "pool": rules.Pool.word(one.pool), "share": share,
    }  # fmt: skip


@dataclass(frozen=True)
class Example:
    """The money formula worked through for one company size and one supply amount."""

    size: Any
    money: rules.Money
    words: str


def examples(track: Track, policy: rules.Policy) -> Iterator[Example]:
    """One example a company size that may apply, in won, for the track's task price."""
    supply_won = rules.worked_supply_won(track.cap_won, track.task_price_won, policy)
    for size in policy.eligible_company_sizes:
        money = rules.money(
            supply_won=supply_won, taxable_won=supply_won, company_size=size, cap_won=track.cap_won, policy=policy
        )
        yield Example(rules.CompanySize.word(size), money, money_words(money))


def money_words(money: rules.Money) -> str:
    """`400,000,000원 × 85% = 340,000,000원; the ceiling of 320,000,000원 applies.` in the reader's language."""
    by_rate = int((Decimal(money.supply_won) * money.rate).to_integral_value(rounding=ROUND_FLOOR))
    rate = f"{(money.rate * 100).normalize():f}"
    values = {"supply": won(money.supply_won), "rate": rate, "product": won(by_rate), "cap": won(money.cap_won)}
    if money.capped:
        return _("%(supply)s × %(rate)s%% = %(product)s; the ceiling of %(cap)s applies.") % values
    return _("%(supply)s × %(rate)s%% = %(product)s; below the ceiling of %(cap)s.") % values


def late_entries(round: Round) -> int:
    """How many companies were let in late by exception, as the round's own history tells. One query."""
    return journal.history(round).filter(name="round.late_entry_confirmed").count()


def track_names() -> dict[int, str]:
    """track's id → "call · track" in the reader's language, of all tracks: they are few, and the rows of a list share them."""
    return remembered("track_names", _track_names)


def _track_names() -> dict[int, str]:
    rows = Track.objects.select_related("round").only("name_ko", "name_en", "round__title_ko", "round__title_en")
    return {row.pk: f"{pick(row.round, 'title')} · {pick(row, 'name')}" for row in rows}
