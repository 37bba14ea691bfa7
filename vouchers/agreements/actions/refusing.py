"""A provider refuses before the agreement takes force; the others go on without it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.documents import actions as documents
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.words import pick
from vouchers.agreements import notices, queries, rules
from vouchers.agreements.actions.drafting import lock, named, needed, withdraw_signatures
from vouchers.agreements.actions.writing import write_version
from vouchers.agreements.models import Agreement


@documents.all_or_nothing()
def refuse_agreement(*, agreement_id: int, reason: str, by: Any) -> Agreement:
    """One of several providers refuses: its lines go to others or are dropped (`rules.without`), the next version is written without it,
    signatures given so far are asked again. The operating agency sends that version.

    Writes: AgreementParty, Agreement DRAFTING, AgreementLine, AgreementVersion, Document, Event, Duty, Notices. Raises: Refused (the only
    provider, signed already, no reason), NotAllowed.
    """
    agreement = lock(agreement_id)
    after = rules.LIFECYCLE.step(agreement.status, "refuse_agreement")
    party = queries.refuses_for(agreement, by)
    if party is None:
        raise NotAllowed(_("Only a provider that has not signed refuses an agreement."), "not_a_party")
    require(by, "vouchers.sign_agreement", party)
    reason, found, before = needed(reason), queries.refusal(agreement, party), agreement.status
    if found.alone:
        raise Refused(
            _("Nobody else provides anything under this agreement. Tell the operating agency, which gives the draft up."),
            "only_provider",
        )
    party.refused_at, party.refused_by, party.refusal = clock.now(), by, reason
    party.save()
    agreement.status, agreement.reason = after, reason
    agreement.save()
    signed = withdraw_signatures(agreement)
    rate, by_rate_won = queries.rate_facts(agreement, found.terms)
    version = write_version(agreement, rate_percent=rate, by_rate_won=by_rate_won, by=by, terms=found.terms)
    _follow(agreement, found.terms)
    journal.record(
        "agreement.refused", agreement, by=by, frm=before, to=after, reason=reason, organisations=agreement.organisation_ids(),
        data={
            "party": party.ref, "version": version.number, "signed": signed, "moved_won": found.moved_won,
            "dropped_won": found.dropped_won, "grant_won": agreement.grant_won,
        },
    )  # fmt: skip
    journal.close_duties(agreement, by=by)
    ko, en = named(agreement)
    journal.open_duty(
        agreement, "send_for_signature", title_ko=f"협약서 서명 요청: {ko}", title_en=f"Send the agreement for signature: {en}",
        url=agreement.get_absolute_url(), due_in=agreement.round.days("agreement_dispatch"), role="OPERATOR_CASE", by_mail=True, by=by,
    )  # fmt: skip
    for other in agreement.taking_part().select_related("organisation"):
        notices.agreement_refused(agreement, other, pick(party.institution or party.organisation, "name"), reason)
    return agreement


def _follow(agreement: Agreement, terms: rules.Terms) -> None:
    """Rows say what the new version says."""
    amounts = {line.position: line.amount_won for line in terms.lines}
    for line in agreement.lines.all():
        if line.amount_won != amounts[line.position]:
            line.amount_won = amounts[line.position]
            line.save(update_fields=["amount_won"])
    agreement.supply_amount_won, agreement.grant_won = terms.supply_won, terms.grant_won
    agreement.own_cash_won, agreement.vat_won = terms.own_cash_won, terms.vat_won
    agreement.save()
