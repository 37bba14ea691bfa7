"""The browser's door to evaluation: the evaluator's pages, the pool's declarations, the company's results and challenges."""

from vouchers.evaluation.views.evaluating import (
    accept,
    accept_award,
    assignment,
    assignments,
    award,
    decline,
    decline_award,
    document,
    letter,
    recuse,
    result,
    scores,
    verify,
    verify_list,
)
from vouchers.evaluation.views.panels import reading, rescore
from vouchers.evaluation.views.pool import affiliations, challenges, end_affiliation, names
from vouchers.evaluation.views.presenting import dates

__all__ = [
    "accept", "accept_award", "affiliations", "assignment", "assignments", "award", "challenges", "dates", "decline", "decline_award",
    "document", "end_affiliation", "letter", "names", "reading", "recuse", "rescore", "result", "scores", "verify", "verify_list",
]  # fmt: skip
