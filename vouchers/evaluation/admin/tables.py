"""The table of a run: its lines with their companies, as a page and as files."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from portal.kit.sheets import in_spreadsheet
from portal.kit.words import korean, pick
from vouchers.applications.models import Application
from vouchers.evaluation import queries, rules
from vouchers.evaluation.admin import parts
from vouchers.evaluation.models import SelectionRecord, SelectionRun
from vouchers.rounds.rules import Pool, TieBreak


@dataclass(frozen=True)
class Shown:
    """A line of a run as a page shows it."""

    line: rules.Line
    application: Application
    words: str


def in_order(lines: Sequence[rules.Line]) -> list[rules.Line]:
    """As a person reads them: by track and rank; where a run after an objection left two on one rank, by the reserve list."""
    tracks = list(dict.fromkeys(line.track for line in lines))
    return sorted(lines, key=lambda line: (tracks.index(line.track), line.rank, line.reserve_no or 0))


def page_of(run: SelectionRun, inputs: str, lines: Sequence[rules.Line], number: Any) -> Page[Any]:
    """One page of a run's lines, as Shown. inputs: the run's canonical JSON."""
    page = Paginator(in_order(lines), parts.PER_PAGE).get_page(number)
    page.object_list = list(shown(run, inputs, list(page.object_list)))
    return page


def shown(run: SelectionRun, inputs: str, lines: list[rules.Line]) -> Iterator[Shown]:
    teller = queries.Teller(run.round, inputs)
    named = queries.named([line.ref for line in lines])
    for line in lines:
        words = teller.sentences(line)[0 if korean() else 1]
        yield Shown(line, named[line.ref], words)


def pool_rows(result: rules.Result) -> list[tuple[Any, rules.Quota]]:
    """(word of the pool, its figures)"""
    return [(Pool.word(quota.pool), quota) for quota in result.quotas]


def head() -> list[str]:
    """The headings of the table, in the reader's language."""
    return [
        _("Round"), _("Receipt number"), _("Company"), _("Track"), _("Place among all"), _("Rank"), _("Evaluators' mean"),
        _("Normalised"), _("Bonus"), _("Penalty"), _("Total"), _("Outcome"), _("Number on the reserve list"), _("Grant (won)"),
        _("Ground"), _("Pools"), _("What decided a tie"), _("Reason"),
    ]  # fmt: skip


def csv_of(run: SelectionRun, record: SelectionRecord) -> str:
    """Every line of a run as the page tells it, in the reader's language, with a mark so that spreadsheets read it as UTF-8.
    The codes stand in the outputs' JSON."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head())
    lines = in_order(queries.outputs_of(record).lines)
    teller, named = queries.Teller(run.round, record.inputs), queries.named([line.ref for line in lines])
    for line in lines:
        row = named[line.ref]
        writer.writerow(
            [pick(run.round, "title"), row.receipt_no, in_spreadsheet(pick(row.company, "name")), pick(row.track, "name"), line.place,
             line.rank, line.raw, line.score, line.bonus, line.penalty, line.total, line.outcome.label, line.reserve_no or "",
             line.grant_won, line.ground.label, _words(Pool, line.pools), _words(TieBreak, line.ties),
             teller.sentences(line)[0 if korean() else 1]]
        )  # fmt: skip
    return "\ufeff" + out.getvalue()


def _words(codes: Any, held: Iterable[str]) -> str:
    return " · ".join(str(codes.word(code)) for code in held)


@dataclass(frozen=True)
class Step:
    """One application that moved between two runs."""

    moved: queries.Moved
    application: Application
    before: str
    after: str
    why: str


def steps(found: queries.Comparison) -> list[Step]:
    named = queries.named([one.ref for one in found.moved])
    return [
        Step(one, named[one.ref], _standing(one.before), _standing(one.after), ", ".join(_cause(one, c) for c in one.causes))
        for one in found.moved
    ]


def _cause(one: queries.Moved, cause: rules.Cause) -> str:
    """`Bonus changed: 1.00 → 2.00`"""
    column = {"SCORES": "raw", "NORMALISATION": "score", "BONUS": "bonus", "PENALTY": "penalty"}.get(cause)
    if one.before is None or one.after is None or (column is None and cause != rules.Cause.GROUND):
        return str(cause.label)
    pair = [line.ground.label if column is None else getattr(line, column) for line in (one.before, one.after)]
    return f"{cause.label}: {pair[0]} → {pair[1]}"


def _standing(line: rules.Line | None) -> str:
    """`Rank 3 · 82.00 · Selected`"""
    if line is None:
        return _("Not ranked")
    outcome = f"{line.outcome.label} {line.reserve_no}" if line.reserve_no else str(line.outcome.label)
    return _("Rank %(rank)d, %(total)s points, %(outcome)s") % {"rank": line.rank, "total": line.total, "outcome": outcome}
