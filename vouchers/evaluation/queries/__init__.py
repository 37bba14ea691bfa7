"""Progress of an evaluation, what a selection would do, results."""

from vouchers.evaluation.queries.assigning import (
    Blocker,
    Obstacles,
    Progress,
    assignable,
    assignment_counts,
    assignments_of,
    available_won,
    in_evaluation,
    needs_evaluators,
    obstacles,
    progress,
    ready_to_propose,
)
from vouchers.evaluation.queries.results import (
    award_of,
    faults,
    outputs_of,
    pools_lacking,
    pools_of,
    reason_of,
    reserves,
    result_of,
    to_draft,
)
from vouchers.evaluation.queries.selecting import (
    Comparison,
    Computed,
    Moved,
    Teller,
    TrackOutcome,
    by_track,
    compare,
    computed,
    inputs_of,
    lines_of,
    named,
    record_of,
    runs_of,
    summary,
)
from vouchers.evaluation.queries.verifying import Verified, reasons_by_criterion, released_to, verified

__all__ = [
    "Blocker", "Comparison", "Computed", "Moved", "Obstacles", "Progress", "Teller", "TrackOutcome", "Verified", "assignable",
    "assignment_counts", "assignments_of", "available_won", "award_of", "by_track", "compare", "computed", "faults",
    "in_evaluation", "inputs_of", "lines_of", "named", "needs_evaluators", "obstacles", "outputs_of", "pools_lacking",
    "pools_of", "progress", "ready_to_propose", "reason_of", "reasons_by_criterion", "record_of", "released_to", "reserves", "result_of", "runs_of", "summary", "to_draft", "verified",
]  # fmt: skip
