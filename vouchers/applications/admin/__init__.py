"""The officer's door: applications to be checked, each rule's finding, and what is done for many at once."""

from vouchers.applications.admin.batches import CheckBatchAdmin
from vouchers.applications.admin.cases import ApplicationAdmin, EligibilityCheckAdmin
from vouchers.applications.admin.late import LateEntryAdmin

__all__ = ["ApplicationAdmin", "CheckBatchAdmin", "EligibilityCheckAdmin", "LateEntryAdmin"]
