"""A call as it is announced beside its page: on paper, as dates of a calendar, as entries of a feed."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.kit import ical
from portal.kit.won import won
from portal.kit.words import dash, day, moment, pick
from vouchers.rounds import rules
from vouchers.rounds.models import Amendment, Inquiry, Round
from vouchers.rounds.queries.amending import amendment_rows, change_words
from vouchers.rounds.queries.calls import current_policy, public_rounds, selection_rows, stage_words
from vouchers.rounds.queries.inquiries import PUBLIC

FEED_LENGTH = 50


def percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"


# ── Words of a policy ────────────────────────────────────────────────────────────────────────────────
def rate_rows(policy: rules.Policy) -> list[tuple[str, str]]:
    """(company size, sentence) and what the region adds, in the reader's language."""
    rows = [
        (str(rules.CompanySize.word(size)), _("grant of %(rate)s of the supply amount") % {"rate": percent(rate)})
        for size, rate in policy.grant_rates.items()
    ]
    if policy.region_bonus:
        words = _("the rate rises by %(points)s percentage points, to %(most)s at most") % {
            "points": f"{(policy.region_bonus * 100).normalize():f}", "most": percent(policy.grant_rate_max),
        }  # fmt: skip
        rows.append((_("Companies outside the capital area"), words))
    return rows


def conflict_rows(policy: rules.Policy) -> list[str]:
    """What keeps an evaluator from an application, as sentences in the reader's language: part of the call."""
    own = policy.conflicts
    rows = [
        _("An evaluator has a conflict of interest with an application whose company, co-applicant or provider is an organisation "
          "that the evaluator works for, holds shares in, shares a mail domain with, or where a relative works."),
        _("The same holds for a provider of the same consortium, and for any other conflict that the evaluator declares."),
        _("An earlier employment counts for %(employer)s years after it ended, advice given for %(advice)s years.")
        % {"employer": own.employer_years, "advice": own.advice_years},
        _("Conflicts are declared before any case is opened. Whoever has one sees neither the application nor that it exists."),
    ]  # fmt: skip
    if own.publishes_pool:
        words = _("Applicants see the pool of evaluators and may challenge its members, with reasons, within %(days)s working days "
                  "from the closing time.")  # fmt: skip
        rows.append(words % {"days": own.challenge_days})
    return rows


# ── Paper ────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Part:
    """A part of the paper: a heading, paragraphs, a table (its first row are the heads), points of a list.

    even: columns alike. figures: which columns hold amounts and counts.
    """

    heading: str
    paragraphs: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    points: tuple[str, ...] = ()
    even: bool = False
    figures: tuple[int, ...] = ()


def call_paper(round: Round) -> dict[str, Any]:
    """The call as data of templates/pdf/call.typ, in the reader's language. Round: with a policy, public."""
    policy = current_policy(round)
    assert policy is not None, "only a call with a policy has a paper"
    parts = [_facts(round, policy), _tracks(round), _grant(policy), _evaluation(round, policy), _conflicts(policy)]
    parts += [_documents(policy), _targets(policy), *_amendments(round)]
    return {
        "title": pick(round, "title"),
        "kicker": _("Call for applications, fiscal year %(year)s") % {"year": round.fiscal_year},
        "summary": pick(round, "summary"),
        "address": address_of(round),
        "address_word": _("The call on the portal, always in its present state:"),
        "parts": [part.__dict__ for part in parts],
    }


def print_of(inputs: dict[str, Any]) -> str:
    """SHA-256 of a paper's words: the same words make the same paper."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=str).encode()).hexdigest()


def _facts(round: Round, policy: rules.Policy) -> Part:
    opens, closes, start, end = round.opens_at, round.closes_at, round.project_start_on, round.project_end_on
    rows = [
        (_("Announced on"), day(round.announced_on) if round.announced_on else ""),
        (_("Application period"), f"{moment(opens)} {dash()} {moment(closes)}" if opens and closes else ""),
        (_("Budget of the call"), won(round.budget_won)),
        (_("Companies that may apply"), _words(rules.CompanySize, policy.eligible_company_sizes)),
        (_("Institutions that may supply"), _words(rules.ProviderType, policy.eligible_provider_types)),
        (_("Project period"), f"{day(start)} {dash()} {day(end)}" if start and end else ""),
        (_("When the match must be confirmed"), str(rules.MatchTiming.word(round.match_timing))),
    ]
    closing = _("The server's clock decides. Nothing is accepted from the closing time on.")
    return Part(_("At a glance"), (closing,), _table((_("What"), _("In this call")), rows))


def _tracks(round: Round) -> Part:
    """Task prices only where the call sets any."""
    tracks = list(round.tracks.all())
    head: tuple[str, ...] = (_("Track"), _("Ceiling of the grant"), _("Projects"))
    rows: list[tuple[str, ...]] = [(pick(one, "name"), won(one.cap_won), str(one.slots or "")) for one in tracks]
    if any(one.task_price_won for one in tracks):
        head = (*head, _("Task price"))
        rows = [
            (*row, won(one.task_price_won) if one.task_price_won else _("None set"))
            for row, one in zip(rows, tracks, strict=True)
        ]
    return Part(_("Tracks"), (), _table(head, rows), figures=tuple(range(1, len(head))))


def _grant(policy: rules.Policy) -> Part:
    rows = [
        *rate_rows(policy),
        (_("Least own cash share"), _("%(rate)s of the supply amount") % {"rate": percent(policy.min_cash_rate)}),
        (_("Largest share in kind"), _("%(rate)s of the supply amount") % {"rate": percent(policy.in_kind_max_rate)}),
    ]
    words = _(
        "The supply amount is the sum of the quote's lines without value added tax. The grant is the supply amount times the rate for the size of the company, at most the ceiling of the track. The company pays the rest in cash, and the value added tax."
    )
    return Part(_("How the grant is calculated"), (words,), _table((_("What"), _("In this call")), rows))


def _evaluation(round: Round, policy: rules.Policy) -> Part:
    criteria = list(round.criteria.all())
    staged = stage_words(criteria, policy)
    head: tuple[str, ...] = (_("Criterion"), _("Weight (%)"), _("What evaluators look at"))
    rows: list[tuple[str, ...]] = [(pick(one, "name"), str(one.weight), pick(one, "guidance") or "–") for one in criteria]
    if staged:
        head, rows = (*head, _("Scored by")), [(*row, one.get_stage_display()) for row, one in zip(rows, criteria, strict=True)]
    points = [f"{word}: {' · '.join(sentences)}" for word, sentences in selection_rows(policy)]
    words = _(
        "Each criterion is scored from 0 to 100 and counts by its weight. Applications below %(mark)s of 100 are not selected."
    )
    return Part(
        _("How applications are evaluated"),
        (words % {"mark": policy.pass_mark}, *([staged] if staged else [])),
        _table(head, rows),
        tuple(points),
        figures=(1,),
    )


def _conflicts(policy: rules.Policy) -> Part:
    return Part(_("Conflicts of interest of evaluators"), points=tuple(conflict_rows(policy)))


def _documents(policy: rules.Policy) -> Part:
    points = tuple(str(rules.DocumentKind.word(kind)) for kind in policy.required_documents)
    none = () if points else (_("No document is required with the application."),)
    return Part(_("Documents to upload"), none, points=points)


def _targets(policy: rules.Policy) -> Part:
    rows = [(str(word), str(policy.days(step))) for step, word in rules.STEP_WORDS.items()]
    return Part(_("How long each step should take"), (), _table((_("Step"), _("Working days")), rows), figures=(1,))


def _amendments(round: Round) -> list[Part]:
    """Each with its number, day, reason, and a table of what changed."""
    head = (_("What changes"), _("Before"), _("After"))
    return [
        Part(_("Amendment %(number)s, %(time)s") % {"number": one.number, "time": moment(one.made_at)}, (one.reason,),
             _table(head, one.changes), even=True)
        for one in amendment_rows(round)
    ]  # fmt: skip


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return (head, *(tuple(cell or _("Not published") for cell in row) for row in rows))


def _words(codes: Any, given: Iterable[str]) -> str:
    return ", ".join(str(codes.word(one)) for one in given)


# ── Calendar and feed ────────────────────────────────────────────────────────────────────────────────
def address_of(round: Round) -> str:
    """The whole address of the call's page, in the reader's language."""
    return f"{settings.BASE_URL.rstrip('/')}{reverse('rounds:detail', args=[round.key])}"


def dates_of(round: Round) -> list[ical.Entry]:
    """The call's dates as calendar entries, in the reader's language; moments for the window, days for projects."""
    title = pick(round, "title")
    found: Mapping[str, tuple[str, datetime | date | None]] = {
        "opens": (_("Applications open"), round.opens_at),
        "closes": (_("Applications close"), round.closes_at),
        "start": (_("Projects start"), round.project_start_on),
        "end": (_("Projects end"), round.project_end_on),
    }
    return [
        ical.Entry(
            uid=f"{round.ref}-{name}@voucher", title=f"{word}: {title}", start=when, stamp=round.updated_at,
            sequence=round.version, url=address_of(round),
        )
        for name, (word, when) in found.items()
        if when is not None
    ]  # fmt: skip


@dataclass(frozen=True)
class FeedEntry:
    """One entry of the feed: key stays for ever; at: when it became public."""

    key: str
    title: str
    text: str
    address: str
    at: datetime


def feed_entries() -> list[FeedEntry]:
    """What became public about the portal's own calls, the newest first. Of past reference calls only facts are known: not here."""
    calls = list(public_rounds().filter(is_reference=False).prefetch_related(None).order_by("-id")[:FEED_LENGTH])
    found = [*map(_call_entry, calls), *_amendment_entries(calls), *_answer_entries(calls)]
    return sorted(found, key=lambda one: one.at, reverse=True)[:FEED_LENGTH]


def _call_entry(row: Round) -> FeedEntry:
    return FeedEntry(row.ref, pick(row, "title"), _feed_words(row), reverse("rounds:detail", args=[row.key]), row.updated_at)


def _amendment_entries(calls: Iterable[Round]) -> Iterator[FeedEntry]:
    by_id = {row.pk: row for row in calls}
    for one in Amendment.objects.filter(round_id__in=by_id).order_by("-made_at")[:FEED_LENGTH]:
        call = by_id[one.round_id]
        title = _("Amendment %(number)s: %(call)s") % {"number": one.number, "call": pick(call, "title")}
        words = [pick(one, "reason"), *(f"{what}: {before} → {now}" for what, before, now in change_words(one))]
        yield FeedEntry(one.ref, title, "\n".join(words), f"{reverse('rounds:detail', args=[call.key])}#{one.ref}", one.made_at)


def _answer_entries(calls: Iterable[Round]) -> Iterator[FeedEntry]:
    """Questions that were answered, without who asked."""
    by_id = {row.pk: row for row in calls}
    rows = Inquiry.objects.filter(round_id__in=by_id).answered().order_by("-answered_at")[:FEED_LENGTH]
    for one in rows.values("round_id", *PUBLIC):
        call = by_id[one["round_id"]]
        title = _("Question answered: %(call)s") % {"call": pick(call, "title")}
        words = f"{pick(one, 'question')}\n{pick(one, 'answer')}"
        yield FeedEntry(one["ref"], title, words, f"{reverse('rounds:detail', args=[call.key])}#{one['ref']}", one["answered_at"])


def _feed_words(row: Round) -> str:
    period = f"{moment(row.opens_at)} {dash()} {moment(row.closes_at)}" if row.opens_at and row.closes_at else ""
    said = _("%(state)s. Application period: %(period)s.") % {"state": row.phase.label, "period": period}
    return f"{said} {pick(row, 'summary')}".strip()
