"""The agreement changes: decided and signed here, because this room knows what was delivered; then the rest is planned again."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.agreements import actions as agreements
from vouchers.agreements import queries as agreed
from vouchers.agreements.models import Agreement, AgreementChange
from vouchers.milestones import notices, queries, rules
from vouchers.milestones.actions.delivering import check_items, move, plan_rows
from vouchers.milestones.models import Milestone


@transaction.atomic
def approve_change(*, change_id: int, version: int, reason: str = "", by: Any) -> AgreementChange:
    """Approves a major change that takes nothing away of what was delivered. Writes: as `agreements.actions.approve_change`."""
    return agreements.approve_change(change_id=change_id, version=version, reason=reason, hindered=queries.hindered, by=by)


@transaction.atomic
def note_change(*, change_id: int, version: int, by: Any) -> AgreementChange:
    """Notes a minor change. Writes: as `agreements.actions.note_change`; Duty where milestones no longer add up."""
    change = agreements.note_change(change_id=change_id, version=version, hindered=queries.hindered, by=by)
    owe_replanning(change.agreement, by)
    return change


@transaction.atomic
def sign_change(*, change_id: int, content_hash: str, second_factor_code: str, by: Any) -> AgreementChange:
    """A party signs the changed text; with the last one it holds, and what no longer adds up is to be planned again.

    Writes: as `agreements.actions.sign_change`; Duty. Raises: Refused where more was delivered meanwhile."""
    change = agreements.sign_change(
        change_id=change_id, content_hash=content_hash, second_factor_code=second_factor_code, hindered=queries.hindered, by=by
    )  # fmt: skip
    if change.effective_at is not None:
        owe_replanning(change.agreement, by)
    return change


def owe_replanning(agreement: Agreement, by: Any) -> bool:
    """The operating agency owes a new plan where the old one no longer fits. Writes: Duty. Returns: does it?"""
    if not queries.apart(agreement):
        return False
    journal.close_duty(agreement, "complete_agreement", by=by)  # there is more to deliver again
    journal.open_duty(
        agreement, "replan_milestones", title_ko=f"마일스톤 다시 계획: {agreement.number}",
        title_en=f"Plan the milestones again: {agreement.number}", url=f"/milestones/replan/{agreement.ref}/",
        due_in=agreement.round.days("milestone_plan"), role="OPERATOR_CASE", by=by,
    )  # fmt: skip
    return True


@transaction.atomic
def replan(*, agreement_id: int, items: Sequence[Mapping[str, Any]], by: Any) -> list[Milestone]:
    """Plans again what is still to be delivered after a change: open milestones are dropped, these take their place.

    items: as `plan`; each provider's add up to what is left of its lines. What was delivered stays as it is. Writes: Milestone
    DROPPED and PLANNED, Events, Duties, Notices. Raises: Refused.
    """
    agreement = Agreement.objects.select_for_update().select_related("company__organisation", "round").get(pk=agreement_id)
    require(by, "vouchers.plan_milestones")
    agreements.require_apart(agreement, by)
    if agreement.status != "ACTIVE":
        raise Refused(_("Milestones are planned for an agreement in force."), "agreement_not_active")
    if not queries.apart(agreement):
        raise Refused(_("Every milestone fits the agreement: there is nothing to plan again."), "nothing_to_replan")
    held, terms = queries.parts(agreement), agreed.terms(agreement)
    wanted = {pk: left for pk, left in rules.left_to_plan(held, terms.by_payee()).items() if left}
    check_items(agreement, items, wanted)
    for milestone in queries.open_milestones(agreement):
        move(milestone, "drop_milestone", by=by)
        journal.close_duties(milestone, by=by)
    delivered = [part for part in held if part.status in rules.DELIVERED]
    grant = rules.share_left(
        agreement.grant_won, sum(part.grant_won for part in delivered), agreement.supply_amount_won,
        sum(part.amount_won for part in delivered), sum(item["amount_won"] for item in items),
    )  # fmt: skip
    vats = {
        payee: rules.share_left(
            total, sum(p.vat_won for p in delivered if p.payee == payee), terms.by_payee()[payee],
            sum(p.amount_won for p in delivered if p.payee == payee), wanted.get(payee, 0),
        )
        for payee, total in queries.vat_by_payee(terms).items()
    }  # fmt: skip
    rows = plan_rows(agreement, items, grant_won=grant, vat_of=vats, by=by)
    journal.close_duty(agreement, "replan_milestones", by=by)
    for organisation in dict.fromkeys(row.institution.organisation for row in rows):
        if organisation is not None:
            notices.replanned(agreement, organisation)
    return rows
