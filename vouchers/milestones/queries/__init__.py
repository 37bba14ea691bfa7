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
    listed,
    may,
    milestones_for,
    payees,
    unplanned,
    use_begins,
)

__all__ = [
    "Apart", "access_allowed", "all_settled", "apart", "completable", "handed_in", "has_begun", "hindered", "hindrance",
    "is_overdue", "listed", "may", "milestones_for", "open_milestones", "parts", "payees", "to_plan", "unplanned", "use_begins",
    "vat_by_payee",
]  # fmt: skip
