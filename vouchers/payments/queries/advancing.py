"""What may be advanced to a provider, and what of it is netted from later tranches."""

from dataclasses import dataclass
from typing import Any

from portal.accounts import queries as accounts
from vouchers.agreements.models import Agreement
from vouchers.milestones.models import Milestone
from vouchers.milestones.rules import MilestoneStatus
from vouchers.payments import rules
from vouchers.payments.models import Disbursement

S, K, M = rules.DisbursementStatus, rules.TrancheKind, MilestoneStatus


@dataclass(frozen=True)
class Advance:
    """What a provider may ask for now. amount_won: whole won; anchor: its first milestone; guaranteed: whether a guarantee is needed."""

    agreement: Agreement
    anchor: Milestone
    amount_won: int
    guaranteed: bool


def planned_of(agreement: Agreement, institution_id: int) -> list[Milestone]:
    """A provider's milestones that count, in order."""
    rows = Milestone.objects.filter(agreement=agreement, institution_id=institution_id).exclude(
        status__in=[M.DROPPED, M.REJECTED]
    )
    return list(rows.select_related("institution__organisation").order_by("number"))


def advance_of(agreement: Agreement, institution_id: int) -> Advance | None:
    """What may be advanced by the round's policy, before anything else was asked for; None: nothing. Three queries."""
    asked = Disbursement.objects.filter(milestone__agreement=agreement, payee_id=institution_id).exists()
    return None if asked else _advance(agreement, planned_of(agreement, institution_id))


def _advance(agreement: Agreement, planned: list[Milestone]) -> Advance | None:
    paying = agreement.round.policy().paying
    amount = rules.advance_won([one.grant_won for one in planned], paying.advance_rate)
    if agreement.status != "ACTIVE" or not amount:
        return None
    return Advance(agreement, planned[0], amount, paying.advance_guarantee)


def advances_for(user: Any) -> list[Advance]:
    """What somebody's own institutions may have advanced now. Two queries, and one for each round that they work in."""
    mine = accounts.organisation_ids_of(user)
    if not mine or not user.has_perm("vouchers.request_disbursement"):
        return []
    rows = Milestone.objects.filter(institution__organisation_id__in=mine, agreement__status="ACTIVE").exclude(
        status__in=[M.DROPPED, M.REJECTED]
    )
    pairs: dict[tuple[int, int], list[Milestone]] = {}
    for row in rows.select_related(
        "agreement__round", "agreement__company", "agreement__award__application", "institution__organisation"
    ).order_by("agreement_id", "number"):
        pairs.setdefault((row.agreement_id, row.institution_id), []).append(row)
    asked = set(Disbursement.objects.filter(payee__organisation_id__in=mine).values_list("milestone__agreement_id", "payee_id"))
    rounds = {own[0].agreement.round_id: own[0].agreement.round for own in pairs.values()}  # each reads its policy once
    found = []
    for pair, planned in pairs.items():
        if pair not in asked:
            planned[0].agreement.round = rounds[planned[0].agreement.round_id]
            found.append(_advance(planned[0].agreement, planned))
    return [one for one in found if one is not None]


def unsettled_advance(agreement: Agreement, institution_id: int) -> Disbursement | None:
    """An advance that was asked for and is neither paid nor closed: what is netted is not known yet."""
    rows = Disbursement.objects.filter(milestone__agreement=agreement, payee_id=institution_id, kind=K.ADVANCE)
    return rows.exclude(status__in=[S.PAID, S.CLOSED]).first()


def netted_of(milestone: Milestone) -> int:
    """What of the provider's advance is netted from this milestone's tranche, whole won. Three queries."""
    rows = Disbursement.objects.filter(milestone__agreement_id=milestone.agreement_id, payee_id=milestone.institution_id)
    advanced = sum(rows.filter(kind=K.ADVANCE, status=S.PAID).values_list("amount_won", flat=True))
    if not advanced:
        return 0
    others = rows.filter(kind=K.MILESTONE).exclude(milestone=milestone)
    netted = sum(others.values_list("netted_won", flat=True))
    asked = set(others.values_list("milestone_id", flat=True))
    left = sum(one.grant_won for one in planned_of(milestone.agreement, milestone.institution_id) if one.pk not in asked)
    return rules.netted_won(milestone.grant_won, outstanding_won=advanced - netted, left_won=left)
