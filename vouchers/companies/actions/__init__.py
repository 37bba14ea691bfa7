"""A company registers, is checked, keeps its facts current; disputed claims and new representatives are decided."""

from vouchers.companies.actions.checks import (
    ClaimedCheck,
    ask_tax_service,
    claim_checks,
    correct_identity,
    record_check_failure,
    record_tax_status,
    record_validation,
    refuse_registration,
    verify,
)
from vouchers.companies.actions.claims import (
    decide_representative_change,
    file_dispute,
    file_representative_change,
    settle_dispute,
    take_up_dispute,
)
from vouchers.companies.actions.guards import declare_conflict, end_conflict, end_restriction, restrict
from vouchers.companies.actions.readings import saw
from vouchers.companies.actions.registration import EDITABLE, add_certificate, add_registration_file, edit, register

__all__ = [
    "EDITABLE", "ClaimedCheck", "add_certificate", "add_registration_file", "ask_tax_service", "claim_checks",
    "correct_identity", "decide_representative_change",
    "declare_conflict", "edit", "end_conflict", "end_restriction", "file_dispute", "file_representative_change",
    "record_check_failure", "record_tax_status", "record_validation", "refuse_registration", "register", "restrict",
    "saw", "settle_dispute", "take_up_dispute", "verify",
]  # fmt: skip
