"""Signatures: each party over the same hash, with a second factor; the last one puts the agreement in force."""

import secrets
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import second_factor
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from vouchers.agreements import notices, queries, rules
from vouchers.agreements.actions.authority import authorised
from vouchers.agreements.actions.drafting import lock, named, refuse_past_year, refuse_provisional, require_apart
from vouchers.agreements.models import Agreement, Voucher
from vouchers.ledger import actions as ledger


@transaction.atomic
def sign(*, agreement_id: int, content_hash: str, second_factor_code: str, by: Any) -> Agreement:
    """A party's representative signs the version with this hash. The last signature issues the voucher.

    Writes: AgreementParty, Event agreement.signed; at the last one also Agreement ACTIVE, Voucher, ledger commitment (and
    release of what the award reserved above the agreed grant), Duty, Notices. Raises: Refused (text changed, signed
    already, wrong code, results provisional), NotAllowed.
    """
    agreement = lock(agreement_id)
    party = queries.party_of(agreement, by)
    if party is None:
        raise NotAllowed(_("Only a representative of a party signs. Ask yours."), "not_a_party")
    require(by, "vouchers.sign_agreement", party)
    if party.role == rules.PartyRole.OPERATOR:
        require_apart(agreement, by)
    after = rules.LIFECYCLE.step(agreement.status, "sign")
    if party.signed_at is not None:
        raise Refused(_("Your side has signed already. Nothing more is needed from you."), "signed_already")
    refuse_provisional(agreement)
    refuse_past_year(agreement, agreement.ends_on)
    if agreement.parties.filter(signed_by=by).exists():
        raise Refused(_("You signed for another party. Somebody else signs for this one."), "one_hand")
    version = agreement.current()
    if not secrets.compare_digest(version.content_hash.encode(), content_hash.encode()):
        raise Refused(_("The text has changed since you opened it. Read the new version, then sign."), "text_changed")
    authority = authorised(party.organisation, by)
    second_factor.check(by, second_factor_code)
    party.signed_by, party.signed_at, party.signed_hash, party.authority = by, clock.now(), version.content_hash, authority
    party.save()
    journal.record(
        "agreement.signed", agreement, by=by, frm=agreement.status, to=after, organisations=agreement.organisation_ids(),
        data={"party": party.ref, "version": version.number, "content_hash": version.content_hash, "authority": authority.ref},
    )  # fmt: skip
    journal.close_duty(agreement, "sign", by=by, organisation=party.organisation)
    if not queries.waiting_for(agreement):
        _activate(agreement, by)
    return agreement


def _activate(agreement: Agreement, by: Any) -> Voucher:
    """Everybody signed: in force, voucher issued, money committed. In the transaction of the last signature."""
    before = agreement.status
    agreement.status = rules.LIFECYCLE.step(before, "activate")
    agreement.activated_at = clock.now()
    agreement.save()
    award = agreement.award
    voucher = Voucher(
        agreement=agreement, number=f"V{award.project_no}", grant_won=agreement.grant_won, issued_at=agreement.activated_at,
        expires_on=agreement.ends_on,
    )  # fmt: skip
    voucher.save()
    owner = award.application.ref
    ledger.commit(
        round_id=agreement.round_id, owner_ref=owner, voucher_ref=voucher.ref, amount_won=agreement.grant_won,
        reason=f"협약 {agreement.number}", reason_en=f"Agreement {agreement.number}", by=by, organisation=agreement.company.organisation,
    )  # fmt: skip
    if award.grant_won > agreement.grant_won:
        ledger.release(
            round_id=agreement.round_id, owner_ref=owner, amount_won=award.grant_won - agreement.grant_won,
            reason=f"협약 {agreement.number}: 선정 금액과 협약 금액의 차액",
            reason_en=f"Agreement {agreement.number}: what the award had above the agreement", by=by,
        )  # fmt: skip
    organisations = agreement.organisation_ids()
    journal.record("agreement.activated", agreement, by=by, frm=before, to=agreement.status, organisations=organisations)
    journal.record(
        "voucher.issued", voucher, by=by, to=voucher.status, organisations=organisations,
        data={"agreement": agreement.ref, "grant_won": voucher.grant_won},
    )  # fmt: skip
    ko, en = named(agreement)
    journal.open_duty(
        agreement, "plan_milestones", title_ko=f"마일스톤 계획: {ko}", title_en=f"Plan the milestones: {en}",
        url=f"/milestones/plan/{agreement.ref}/", due_in=agreement.round.days("milestone_plan"),
        role="OPERATOR_CASE", by=by,
    )  # fmt: skip
    for party in agreement.taking_part().select_related("organisation"):
        notices.agreement_active(agreement, party)
    notices.voucher_issued(voucher)
    return voucher
