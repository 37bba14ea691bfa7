"""The browser's doors of the room."""

from vouchers.settlements.views.auditing import audit_download, audit_file, make_audit_file, verify_audit_file
from vouchers.settlements.views.clawing import clawback_detail, lower_order, object_to_order, opinion, opinion_file
from vouchers.settlements.views.debts import check, debt_detail, enforce, proof, repay, report
from vouchers.settlements.views.ruling import apply_ruling, ruling, ruling_file
from vouchers.settlements.views.sampling import clear_item, finding_verb, mark_finding, new_sample, sample, sample_item, samples
from vouchers.settlements.views.settling import detail, file, lower, object_to, settlement_list, state

__all__ = [
    "apply_ruling",
    "audit_download",
    "audit_file",
    "check",
    "clawback_detail",
    "clear_item",
    "debt_detail",
    "detail",
    "enforce",
    "file",
    "finding_verb",
    "lower",
    "lower_order",
    "make_audit_file",
    "mark_finding",
    "new_sample",
    "object_to",
    "object_to_order",
    "opinion",
    "opinion_file",
    "proof",
    "repay",
    "report",
    "ruling",
    "ruling_file",
    "sample",
    "sample_item",
    "samples",
    "settlement_list",
    "state",
    "verify_audit_file",
]  # fmt: skip
