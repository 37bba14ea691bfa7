"""How a round selects, as policy data: normalisation, bonus and penalty, tie-break, pools. Source: domain.md §6.3, 7."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes

CAPITAL_AREA = frozenset({"SEOUL", "INCHEON", "GYEONGGI"})  # as code_lists.json marks them


class Normalisation(Codes):
    NONE = "NONE", _("None: the mean of the evaluators' totals")
    Z_SCORE = "Z_SCORE", _("Z-score of each evaluator")
    TRIMMED_MEAN = "TRIMMED_MEAN", _("Mean without the highest and the lowest total")


class PassMark(Codes):
    """What must reach the pass mark."""

    SCORE = "SCORE", _("The score without bonus and penalty")
    TOTAL = "TOTAL", _("The total with bonus and penalty")


class TieBreak(Codes):
    """Of equal totals the first that differs decides; the receipt number always stands last, so no tie remains."""

    SCORE = "SCORE", _("Higher score before bonus and penalty")
    LEADING_CRITERION = "LEADING_CRITERION", _("More points on the heaviest criterion")
    SUBMITTED_AT = "SUBMITTED_AT", _("Earlier submission")
    SMALLER_GRANT = "SMALLER_GRANT", _("Smaller grant")
    RECEIPT_NO = "RECEIPT_NO", _("Lower receipt number")


class Pool(Codes):
    """Groups of companies for which a round may keep a share of the slots."""

    NON_CAPITAL = "NON_CAPITAL", _("Companies outside the capital area")
    YOUTH = "YOUTH", _("Companies led by a young founder")
    MICRO = "MICRO", _("Micro enterprises")


class Advantage(Codes):
    """What may earn bonus points; all are facts of the application at its submission."""

    NON_CAPITAL = "NON_CAPITAL", _("Company outside the capital area")
    YOUTH = "YOUTH", _("Led by a young founder")
    MICRO = "MICRO", _("Micro enterprise")
    NON_CAPITAL_PROVIDER = "NON_CAPITAL_PROVIDER", _("A provider outside the capital area takes part")


class Penalty(Codes):
    """What may cost points; an officer records it with its evidence."""

    GAVE_UP = "GAVE_UP", _("Gave up an earlier award or project")
    POOR_RESULT = "POOR_RESULT", _("An earlier project was graded insufficient")
    LATE_SETTLEMENT = "LATE_SETTLEMENT", _("An earlier settlement report was late")
    ABSENT = "ABSENT", _("Absent from the presentation")


@dataclass(frozen=True)
class PoolQuota:
    """share: of all slots of the round, 0–1; rounded up to whole places."""

    pool: str
    share: Decimal


@dataclass(frozen=True)
class SelectionPolicy:
    """normalise_from: totals that an evaluator needs for a z-score. trim: totals dropped at either end of a trimmed mean.

    bonus_points, penalty_points: code → points; the sums end at their caps. tie_break: TieBreak codes in order.
    pools: in the order in which their quotas are kept when not all can be. objection_days: calendar days from service
    (행정기본법 제36조: 30), objection_body: with whom an objection is filed. extension_days: calendar days by which the answer
    to an objection may be put off, once (the same article: 10). provisional: results are provisional until the time to object
    has run out for everybody and no admissible objection against them is open; agreements wait for that.
    """

    normalisation: str = Normalisation.NONE
    normalise_from: int = 3
    trim: int = 1
    pass_mark_counts: str = PassMark.SCORE
    bonus_points: Mapping[str, Decimal] = field(default_factory=dict)
    bonus_cap: Decimal = Decimal(0)
    penalty_points: Mapping[str, Decimal] = field(default_factory=dict)
    penalty_cap: Decimal = Decimal(0)
    tie_break: Sequence[str] = (TieBreak.LEADING_CRITERION, TieBreak.SUBMITTED_AT, TieBreak.RECEIPT_NO)
    pools: Sequence[PoolQuota] = ()
    objection_days: int = 30
    objection_body_ko: str = "보건복지부장관"
    objection_body_en: str = "the Minister of Health and Welfare"
    extension_days: int = 10
    provisional: bool = False


def parse_selection(body: Mapping[str, Any]) -> SelectionPolicy:
    """`selection` of PolicyVersion.body → SelectionPolicy; what is missing takes its default. Points are decimal text.

    Raises KeyError or ArithmeticError for a body that `selection_faults` would refuse.
    """
    plain = SelectionPolicy()
    order = [code for code in body.get("tie_break", plain.tie_break) if code != TieBreak.RECEIPT_NO]
    return SelectionPolicy(
        normalisation=body.get("normalisation", plain.normalisation),
        normalise_from=int(body.get("normalise_from", plain.normalise_from)),
        trim=int(body.get("trim", plain.trim)),
        pass_mark_counts=body.get("pass_mark_counts", plain.pass_mark_counts),
        bonus_points={code: Decimal(points) for code, points in body.get("bonus_points", {}).items()},
        bonus_cap=Decimal(body.get("bonus_cap", 0)),
        penalty_points={code: Decimal(points) for code, points in body.get("penalty_points", {}).items()},
        penalty_cap=Decimal(body.get("penalty_cap", 0)),
        tie_break=(*order, TieBreak.RECEIPT_NO),
        pools=tuple(PoolQuota(one["pool"], Decimal(one["share"])) for one in body.get("pools", ())),
        objection_days=int(body.get("objection_days", plain.objection_days)),
        objection_body_ko=body.get("objection_body_ko") or plain.objection_body_ko,
        objection_body_en=body.get("objection_body_en") or plain.objection_body_en,
        extension_days=int(body.get("extension_days", plain.extension_days)),
        provisional=bool(body.get("provisional", plain.provisional)),
    )


def selection_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `selection` of a policy, as codes."""
    try:
        policy = parse_selection(body)
    except (KeyError, ArithmeticError, TypeError, ValueError):
        return ["selection_shape"]
    known: tuple[tuple[str, type[Codes], Sequence[str]], ...] = (
        ("normalisation", Normalisation, [policy.normalisation]),
        ("pass_mark_counts", PassMark, [policy.pass_mark_counts]),
        ("bonus_points", Advantage, list(policy.bonus_points)),
        ("penalty_points", Penalty, list(policy.penalty_points)),
        ("tie_break", TieBreak, policy.tie_break),
        ("pools", Pool, [one.pool for one in policy.pools]),
    )
    faults = [f"selection_code:{name}" for name, codes, given in known if not set(given) <= {str(code) for code in codes}]
    faults += [f"selection_twice:{name}" for name, _codes, given in known if len(set(given)) < len(given)]
    points = [*policy.bonus_points.values(), policy.bonus_cap, *policy.penalty_points.values(), policy.penalty_cap]
    if any(not (one.is_finite() and 0 <= one <= 20 and one == one.quantize(Decimal("0.01"))) for one in points):
        faults.append("selection_points")
    faults += [f"selection_share:{one.pool}" for one in policy.pools if not (one.share.is_finite() and 0 < one.share <= 1)]
    if not 2 <= policy.normalise_from <= 100 or not 1 <= policy.trim <= 5:
        faults.append("selection_counts")
    if not 1 <= policy.objection_days <= 365:
        faults.append("selection_objection")
    if not 0 <= policy.extension_days <= 30:
        faults.append("selection_extension")
    return faults


_FAULTS = {
    "selection_shape": _("The rules of the selection cannot be read."),
    "selection_code": _("The rules of the selection name something unknown: %(what)s."),
    "selection_twice": _("The rules of the selection name something twice: %(what)s."),
    "selection_points": _("Bonus and penalty points lie between 0 and 20, with two decimals at most."),
    "selection_share": _("The share of the pool “%(what)s” must lie above 0 and at most at 100 percent."),
    "selection_counts": _("A z-score asks for 2 to 100 totals, a trimmed mean drops 1 to 5 at either end."),
    "selection_objection": _("An objection has 1 to 365 days."),
    "selection_extension": _("The answer to an objection may be put off by 0 to 30 days."),
}
SELECTION_WORDS = {
    "normalisation": _("Normalisation"),
    "pass_mark_counts": _("What must reach the pass mark"),
    "bonus_points": _("Bonus points"),
    "penalty_points": _("Penalty points"),
    "tie_break": _("Order of the tie-break"),
    "pools": _("Pools"),
}


def selection_fault_words(code: str, what: str) -> str:
    """The sentence of a fault of `selection_faults`, in the reader's language."""
    word = SELECTION_WORDS.get(what) or Pool.word(what)
    return str(_FAULTS[code]).replace("%(what)s", str(word))
