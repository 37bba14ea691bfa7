"""Lists, what is derived of deliveries, and what a change of the agreement does to their plan."""

from vouchers.milestones.queries.changing import (
    Apart,
    apart,
    hindered,
    hindrance,
    open_milestones,
    parts,
    to_plan,
    vat_by_payee,
)
from vouchers.milestones.queries.delivering import (
    access_allowed,
    all_settled,
    completable,
    handed_in,
    has_begun,
    is_overdue,
    is_silent,
    listed,
    may,
    milestones_for,
    payees,
    unplanned,
    use_begins,
)
from vouchers.milestones.queries.escalating import to_escalate
from vouchers.milestones.queries.grading import (
    DECIDED,
    decision,
    delivered,
    final_of,
    finals_for,
    gradable,
    holds_now,
    may_final,
    may_grade_pool,
    meaning,
    money_held,
    money_lost,
    objection_of,
    opinions,
    own_score,
    policy_of,
    to_confirm,
    upheld,
)
from vouchers.milestones.queries.inspecting import findings_of, inspections_for, inspections_of, may_inspect, who_may_follow_up
from vouchers.milestones.queries.measuring import Measure, Measured, measure, measures, part_of, rest_of

__all__ = [
    "DECIDED", "Apart", "Measure", "Measured", "access_allowed", "all_settled", "apart", "completable", "decision", "delivered", "final_of", "finals_for", "findings_of", "gradable", "handed_in", "has_begun", "hindered", "hindrance", "holds_now", "inspections_for", "inspections_of", "is_overdue", "is_silent", "listed", "may", "may_final", "may_grade_pool", "may_inspect", "meaning", "measure", "measures", "milestones_for", "money_held", "money_lost", "objection_of", "open_milestones", "opinions", "own_score", "part_of", "parts", "payees", "policy_of", "rest_of", "to_confirm", "to_escalate", "to_plan", "unplanned", "upheld", "use_begins", "vat_by_payee", "who_may_follow_up",
]  # fmt: skip
