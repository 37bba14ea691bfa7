"""A company registers, is checked, keeps its facts current; disputed claims and new representatives are decided."""

from vouchers.companies.actions.checks import (
    ClaimedCheck,
    ask_before_payment,
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
from vouchers.companies.actions.guards import declare_conflict, end_conflict
from vouchers.companies.actions.readings import saw
from vouchers.companies.actions.registration import EDITABLE, add_certificate, add_registration_file, edit, register
from vouchers.companies.actions.rehearsing import make_test_company
from vouchers.companies.actions.restricting import confirm_restriction, end_restriction, reject_restriction, restrict

__all__ = [
    "EDITABLE",
    "ClaimedCheck",
    "add_certificate",
    "add_registration_file",
    "ask_before_payment",
    "ask_tax_service",
    "claim_checks",
    "confirm_restriction",
    "correct_identity",
    "decide_representative_change",
    "declare_conflict",
    "edit",
    "end_conflict",
    "end_restriction",
    "file_dispute",
    "file_representative_change",
    "make_test_company",
    "record_check_failure",
    "record_tax_status",
    "record_validation",
    "refuse_registration",
    "register",
    "reject_restriction",
    "restrict",
    "saw",
    "settle_dispute",
    "take_up_dispute",
    "verify",
]  # fmt: skip
