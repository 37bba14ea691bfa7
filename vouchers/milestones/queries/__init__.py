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
from vouchers.milestones.queries.measuring import Measure, Measured, measure, part_of, rest_of

__all__ = [
    "Apart", "Measure", "Measured", "access_allowed", "all_settled", "apart", "completable", "handed_in", "has_begun", "hindered",
    "hindrance", "is_overdue", "is_silent", "listed", "may", "measure", "milestones_for", "open_milestones", "part_of", "parts", "payees",
    "rest_of", "to_plan", "unplanned", "use_begins", "vat_by_payee",
]  # fmt: skip
