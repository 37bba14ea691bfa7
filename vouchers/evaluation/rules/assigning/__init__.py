"""The optimal assignment of evaluators to applications, explained. Source: domain.md §6.3. Pure."""

from vouchers.evaluation.rules.assigning.facts import (
    ENGINE,
    Case,
    Member,
    Pairs,
    Problem,
    language_of,
    parse_problem,
    problem,
    problem_text,
    visible,
)
from vouchers.evaluation.rules.assigning.fit import MOST, Part, Reason, fit, fits, reasons
from vouchers.evaluation.rules.assigning.solving import network, proven, solve
from vouchers.evaluation.rules.assigning.value import Cost, Lack, Value, cost, lacks, loads, step, value

__all__ = [
    "ENGINE", "MOST", "Case", "Cost", "Lack", "Member", "Pairs", "Part", "Problem", "Reason", "Value", "cost", "fit", "fits", "lacks", "language_of",
    "loads", "network", "parse_problem", "problem", "problem_text", "proven", "reasons", "solve", "step", "value", "visible",
]  # fmt: skip
