"""The role table: role → what it may do. The one place where permissions meet roles (domain.md §6.13)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.STAFF_MEMBER: frozenset(
        {
            "vouchers.edit_company",
            "vouchers.ask_inquiry",
            "vouchers.edit_need",
            "vouchers.ask_feasibility",
            "vouchers.request_quote",
            "vouchers.edit_application",
            "vouchers.request_access",
            "vouchers.accept_milestone",
            "vouchers.answer_finding",
            "vouchers.confirm_disbursement",
            "vouchers.comment_clause",
            "vouchers.state_settlement",
            "vouchers.report_receipt",
            "vouchers.answer_outcome",
        }
    ),
    Role.REPRESENTATIVE: frozenset(
        {
            "accounts.manage_members",
            "vouchers.edit_company",
            "vouchers.ask_inquiry",
            "vouchers.edit_need",
            "vouchers.ask_feasibility",
            "vouchers.request_quote",
            "vouchers.confirm_match",
            "vouchers.edit_application",
            "vouchers.submit_application",
            "vouchers.withdraw_application",
            "vouchers.accept_award",
            "vouchers.file_objection",
            "vouchers.sign_agreement",
            "vouchers.request_change",
            "vouchers.request_halt",
            "vouchers.file_authority",
            "vouchers.comment_clause",
            "vouchers.request_access",
            "vouchers.accept_milestone",
            "vouchers.answer_finding",
            "vouchers.confirm_disbursement",
            "vouchers.state_settlement",
            "vouchers.report_receipt",
            "vouchers.answer_outcome",
            "vouchers.state_opinion",
        }
    ),
    Role.PROVIDER_MANAGER: frozenset(
        {
            "accounts.manage_keys",
            "accounts.manage_members",
            "providers.apply_institution",
            "providers.edit_dataset",
            "providers.edit_offer",
            "providers.import_dataset",
            "providers.pause_dataset",
            "providers.pause_offer",
            "providers.set_target_days",
            "vouchers.answer_feasibility",
            "vouchers.answer_quote",
            "vouchers.read_requests",
            "vouchers.see_demand",
            "vouchers.confirm_match",
            "vouchers.sign_agreement",
            "vouchers.request_change",
            "vouchers.request_halt",
            "vouchers.file_authority",
            "vouchers.comment_clause",
            "vouchers.provide_data",
            "vouchers.submit_milestone",
            "vouchers.answer_finding",
            "vouchers.request_disbursement",
            "vouchers.report_receipt",
            "vouchers.state_opinion",
        }
    ),
    Role.PROVIDER_APPROVER: frozenset({"vouchers.approve_quote", "vouchers.read_requests"}),
    Role.PROVIDER_DRB_SECRETARY: frozenset({"vouchers.review_request", "vouchers.decide_drb"}),
    Role.IRB_LIAISON: frozenset({"vouchers.decide_ethics"}),
    Role.DRB_MEMBER: frozenset({"vouchers.view_review"}),
    Role.OPERATOR_CASE: frozenset(
        {
            "vouchers.handle_sourcing",
            "vouchers.see_demand",
            "providers.check_dataset",
            "providers.check_offer",
            "providers.import_catalogue",
            "providers.import_dataset",
            "providers.manage_institution",
            "providers.manage_source",
            "vouchers.draft_agreement",
            "vouchers.sign_agreement",
            "vouchers.request_change",
            "vouchers.request_halt",
            "vouchers.file_authority",
            "vouchers.decide_halt",
            "vouchers.check_authority",
            "vouchers.decide_change",
            "vouchers.plan_milestones",
            "vouchers.answer_warning",
            "vouchers.plan_inspection",
            "vouchers.conduct_final_evaluation",
            "vouchers.confirm_milestone",
            "vouchers.check_evidence",
            "vouchers.review_settlement",
            "vouchers.prepare_clawback",
            "vouchers.request_carry_over",
            "vouchers.waive_outcome",
            "vouchers.answer_audit_finding",
        }
    ),
    Role.OPERATOR_FINANCE: frozenset(
        {
            "vouchers.approve_disbursement",
            "vouchers.unregister_disbursement",
            "vouchers.resolve_attempt",
            "vouchers.send_payments",
            "vouchers.verify_payee",
            "vouchers.confirm_settlement",
            "vouchers.confirm_receipt",
            "vouchers.order_clawback",
            "vouchers.rehearse_year",
            "vouchers.answer_audit_finding",
            "vouchers.make_audit_file",
        }
    ),
    Role.PAYMENT_REGISTRAR: frozenset(
        {
            "vouchers.register_disbursement",
            "vouchers.unregister_disbursement",
            "vouchers.resolve_attempt",
            "vouchers.enter_payee",
        }
    ),
    Role.EVALUATOR: frozenset({"vouchers.score_application", "vouchers.grade_project"}),
    Role.MINISTRY_OFFICER: frozenset(
        {
            "vouchers.see_demand",
            "vouchers.manage_round",
            "vouchers.check_authority",
            "vouchers.answer_inquiry",
            "vouchers.verify_company",
            "vouchers.check_application",
            "vouchers.propose_late_entry",
            "vouchers.assign_evaluator",
            "vouchers.open_panel",
            "vouchers.plan_presentations",
            "vouchers.order_allocation",
            "vouchers.propose_selection",
            "vouchers.run_selection",
            "vouchers.record_penalty",
            "vouchers.serve_letter",
            "vouchers.answer_objection",
            "vouchers.see_signal",
            "vouchers.decide_signal",
            "vouchers.answer_audit_finding",
            "providers.check_dataset",
            "providers.check_offer",
            "providers.import_catalogue",
            "providers.import_dataset",
            "providers.manage_institution",
            "providers.manage_source",
            "providers.pause_dataset",
            "providers.pause_offer",
        }
    ),
    Role.MINISTRY_APPROVER: frozenset(
        {
            "vouchers.decide_halt",
            "vouchers.announce_round",
            "vouchers.confirm_late_entry",
            "vouchers.confirm_selection",
            "vouchers.appropriate_budget",
            "vouchers.decide_carry_over",
            "vouchers.close_year",
            "vouchers.make_audit_file",
            "vouchers.publish_allocation",
            "vouchers.see_signal",
            "vouchers.decide_signal",
        }
    ),
    Role.OBJECTION_REVIEWER: frozenset({"vouchers.decide_objection"}),
    # what an auditor writes are records of its own alone (docs/adr/0022)
    Role.AUDITOR: frozenset({"vouchers.see_demand", "vouchers.make_audit_file", "vouchers.see_signal", "vouchers.draw_sample"}),
    Role.STAT_VIEWER: frozenset(),
    Role.SYSADMIN: frozenset(
        {
            "accounts.grant_role",
            "accounts.manage_absences",
            "accounts.manage_members",
            "desk.move_clock",
            "journal.resolve_notice",
            "journal.resolve_dead_letter",
        }
    ),
}

# What an API key may be allowed: scope → (words, the permissions that it carries of those that its maker holds).
SCOPES: dict[str, tuple[Any, frozenset[str]]] = {
    "offers:write": (_("Change offers"), frozenset({"providers.edit_offer"})),
    "datasets:write": (_("Describe datasets and hand them in"), frozenset({"providers.edit_dataset"})),
    "quotes:write": (_("Prepare quotes"), frozenset({"vouchers.answer_quote"})),
}
