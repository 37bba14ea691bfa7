"""Who read what about a company."""

from typing import Any

from portal.journal import actions as journal
from portal.kit.models import Row
from vouchers.companies.models import Company


def saw(row: Row, *, of: Company, what: str, by: Any) -> None:
    """Somebody opened a page about a company: its need, application, agreement …; its own people read their own data.

    row: what the page shows; what: which kind of page. Writes: AccessLog, unless `by` acts for the company.
    """
    journal.saw(by, row, persons=[of.ref], what=what, whose=[of.organisation_id])
