"""Scores, the selection run under slots, budget and pools, awards. Source: domain.md §6.3, 6.4, 6.13. Pure."""

from vouchers.evaluation.rules.comparing import Cause, Change, causes, causes_of_runs, change
from vouchers.evaluation.rules.explaining import Explained, Step, explain
from vouchers.evaluation.rules.grounds import POOL_WORDS, WAITING, Ground, Told, sentences
from vouchers.evaluation.rules.letters import ADVERSE, Service, open_until, service
from vouchers.evaluation.rules.records import ENGINES, inputs_text, outputs_text, parse_inputs, parse_outputs
from vouchers.evaluation.rules.reserves import Reserve, next_reserve
from vouchers.evaluation.rules.scoring import CENT, leading_criterion, rounded, weighted_total
from vouchers.evaluation.rules.selection import (
    ENGINE,
    Applicant,
    Inputs,
    Line,
    Quota,
    Result,
    TrackPlan,
    canonical,
    digest,
    pools_by_facts,
    select,
)
from vouchers.evaluation.rules.stages import (
    ASSIGNMENT_LIFECYCLE,
    AWARD_LIFECYCLE,
    FILE_OPEN,
    HANDED_IN,
    LIVE_AWARDS,
    PENDING,
    RUN_LIFECYCLE,
    AssignmentStatus,
    AwardStatus,
    Outcome,
    RunStatus,
    Stage,
)

__all__ = [
    "ADVERSE", "ASSIGNMENT_LIFECYCLE", "AWARD_LIFECYCLE", "CENT", "ENGINE", "ENGINES", "FILE_OPEN", "HANDED_IN", "LIVE_AWARDS", "PENDING",
    "POOL_WORDS", "RUN_LIFECYCLE", "WAITING", "Applicant", "AssignmentStatus", "AwardStatus", "Cause", "Change", "Explained", "Ground", "Inputs", "Line",
    "Outcome", "Quota", "Reserve", "Result", "RunStatus", "Service", "Stage", "Step", "Told", "TrackPlan", "canonical", "causes", "causes_of_runs", "change", "digest", "explain", "inputs_text", "leading_criterion",
    "next_reserve", "open_until", "outputs_text", "parse_inputs", "parse_outputs", "pools_by_facts", "rounded", "select", "sentences", "service", "weighted_total",
]  # fmt: skip
