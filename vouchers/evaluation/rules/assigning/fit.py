"""How well a member's knowledge fits an application: whole points of 100, the sum of named parts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from vouchers.evaluation.rules.assigning.facts import Case, Member, Problem
from vouchers.rounds.rules import AssigningPolicy

MOST = 100


class Part(Codes):
    """Parts of a fit."""

    DATA = "DATA", _("Kinds of data")
    FIELD = "FIELD", _("Medical field")
    LANGUAGE = "LANGUAGE", _("Language")


@dataclass(frozen=True)
class Reason:
    """One part of a fit. points of `most`; met: codes that the member knows, near: of the same kind, lacking: neither.

    All three empty: the application asks nothing here, so that everybody fits.
    """

    part: Part
    points: int
    most: int
    met: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


def reasons(case: Case, member: Member, policy: AssigningPolicy, kinds: Mapping[str, str]) -> tuple[Reason, Reason, Reason]:
    """The parts of the fit of one pair. A kind of data that the member only knows a sister of counts half."""
    known = {kinds.get(code, code) for code in member.data}
    near = [code for code in case.data if code not in member.data and kinds.get(code, code) in known]
    return (
        _reason(Part.DATA, policy.data, case.data, member.data, near),
        _reason(Part.FIELD, policy.field, case.fields, member.fields, ()),
        _reason(Part.LANGUAGE, policy.language, (case.language,), member.languages, ()),
    )


def _reason(part: Part, most: int, asked: Any, known: Any, near: Any) -> Reason:
    if not asked:
        return Reason(part, most, most)
    met, close = tuple(code for code in asked if code in known), tuple(near)
    lacking = tuple(code for code in asked if code not in met and code not in close)
    return Reason(part, most * (2 * len(met) + len(close)) // (2 * len(asked)), most, met, close, lacking)


def fit(case: Case, member: Member, policy: AssigningPolicy, kinds: Mapping[str, str]) -> int:
    """0 to 100 points."""
    return sum(one.points for one in reasons(case, member, policy, kinds))


def fits(one: Problem) -> Any:
    """Every pair's `fit`, cases × members, as an array of whole numbers: the same arithmetic, all at once."""
    policy = one.policy
    near = [{*member.data, *_sisters(member, one.kinds)} for member in one.members]
    data = _points(policy.data, [c.data for c in one.cases], [m.data for m in one.members], near)
    field = _points(policy.field, [c.fields for c in one.cases], [m.fields for m in one.members])
    return data + field + _points(policy.language, [(c.language,) for c in one.cases], [m.languages for m in one.members])


def _sisters(member: Member, kinds: Mapping[str, str]) -> set[str]:
    """Codes of the same kinds as those that the member knows."""
    known = {kinds.get(code, code) for code in member.data}
    return {code for code, kind in kinds.items() if kind in known}


def _points(most: int, asked: Any, known: Any, near: Any = None) -> Any:
    """As `_reason`: twice a code that is met, once one that is near, of twice as many as are asked."""
    import numpy as np

    codes = sorted({code for row in asked for code in row})
    place = {code: n for n, code in enumerate(codes)}

    def marks(rows: Any) -> Any:
        table = np.zeros((len(rows), len(codes)))
        for n, row in enumerate(rows):
            table[n, [place[code] for code in row if code in place]] = 1
        return table

    wanted, counted = marks(asked), np.array([len(row) for row in asked], dtype=np.int64)[:, None]
    score = wanted @ (marks(known) + marks(known if near is None else near)).T
    part = most * score.astype(np.int64) // np.maximum(2 * counted, 1)
    return np.where(counted > 0, part, most)
