"""Who may not do a step since they did one before it: asked when a duty is handed to somebody, and about a deputy.

The action that does the step asks again, by its own rule; here it is only that nobody is handed what they would be refused.
"""

from collections.abc import Mapping

from portal.journal.models import Duty, Event
from vouchers.objections.models import Objection

# verb of a duty → events on the same subject after which their author is out (domain.md §6.13: four eyes)
BEFORE: Mapping[str, frozenset[str]] = {
    "approve_disbursement": frozenset({"disbursement.evidence_checked", "disbursement.approved", "disbursement.registered"}),
    "register_disbursement": frozenset({"disbursement.evidence_checked", "disbursement.approved"}),
    "verify_payee": frozenset({"payee_account.entered"}),
    "confirm_milestone": frozenset({"milestone.company_accepted"}),
    "confirm_settlement": frozenset({"settlement.amount_proposed", "settlement.line_judged"}),
    "order_clawback": frozenset({"clawback.detected"}),
    "apply_ruling": frozenset({"clawback.ruling_entered", "clawback.detected", "clawback.ordered"}),
    "check_receipt": frozenset({"debt.receipt_reported", "debt.repayment_entered"}),
    "close_year": frozenset({"year.rehearsed"}),
    "decide_carry_over": frozenset({"carry_over.requested"}),
    "decide_change": frozenset({"change.requested"}),
    "decide_halt": frozenset({"halt.proposed"}),
    "check_authority": frozenset({"authority.filed"}),
    "confirm_restriction": frozenset({"restriction.entered"}),
    "confirm_selection": frozenset({"selection_run.proposed"}),
    "confirm_late_entry": frozenset({"late_entry.proposed"}),
    "decide_grade": frozenset({"final_evaluation.graded"}),
    "announce": frozenset({"round.submitted_for_review"}),
    "publish_allocation": frozenset({"allocation.ordered"}),
    "approve_quote": frozenset({"quote_draft.prepared", "quote_draft.investigator_agreed"}),
}


def barred(duty: Duty) -> frozenset[int]:
    """Ids of the people who may not do this duty, whatever their role. At most one query."""
    if duty.verb in ("decide_objection", "act_on_objection"):
        deciders = Objection.objects.filter(ref=duty.subject_ref).values_list("deciders", flat=True).first()
        return frozenset(deciders or ())
    if duty.verb not in BEFORE:
        return frozenset()
    found = Event.objects.filter(subject_ref=duty.subject_ref, name__in=BEFORE[duty.verb], by__isnull=False)
    return frozenset(by for by in found.values_list("by_id", flat=True) if by is not None)
