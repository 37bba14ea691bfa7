"""A round's calendar, policy and lifecycle, pure. Every number is data of the round."""

from vouchers.rounds.rules.conflicts import ConflictPolicy, conflict_faults, parse_conflicts
from vouchers.rounds.rules.money import Money, money, worked_supply_won
from vouchers.rounds.rules.policy import (
    POLICY_WORDS,
    STEP_WORDS,
    TARGET_STEPS,
    Policy,
    announcement_faults,
    budget_short_won,
    fault_words,
    parse_policy,
    policy_faults,
)
from vouchers.rounds.rules.selection import (
    CAPITAL_AREA,
    Advantage,
    Normalisation,
    PassMark,
    Penalty,
    Pool,
    PoolQuota,
    SelectionPolicy,
    TieBreak,
    parse_selection,
    selection_faults,
)
from vouchers.rounds.rules.stages import (
    LIFECYCLE,
    CompanySize,
    DocumentKind,
    MatchTiming,
    Phase,
    ProviderType,
    RoundKind,
    RoundStatus,
    phase,
)

__all__ = [
    "CAPITAL_AREA", "LIFECYCLE", "POLICY_WORDS", "STEP_WORDS", "TARGET_STEPS", "Advantage", "CompanySize", "ConflictPolicy", "DocumentKind",
    "MatchTiming", "Money", "Normalisation", "PassMark", "Penalty", "Phase", "Policy", "Pool", "PoolQuota", "ProviderType",
    "RoundKind", "RoundStatus", "SelectionPolicy", "TieBreak", "announcement_faults", "budget_short_won", "conflict_faults", "fault_words",
    "money", "parse_conflicts", "parse_policy", "parse_selection", "phase", "policy_faults", "selection_faults", "worked_supply_won",
]  # fmt: skip
