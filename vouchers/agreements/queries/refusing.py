"""What becomes of an agreement when one of its providers refuses before it takes force."""

from dataclasses import dataclass, replace
from typing import Any

from vouchers.agreements import rules
from vouchers.agreements.models import Agreement, AgreementParty
from vouchers.agreements.queries.changing import formula_of, own_party, terms
from vouchers.matching.models import Match


@dataclass(frozen=True)
class Refusal:
    """terms: what would be agreed without the provider; moved, dropped: of its lines, whole won; alone: nobody else provides."""

    terms: rules.Terms
    moved_won: int
    dropped_won: int
    alone: bool


def refusal(agreement: Agreement, party: AgreementParty) -> Refusal:
    """By `rules.without`; the grant follows the formula and never rises. Four queries."""
    lines = list(agreement.lines.select_related("contracting_party", "payee"))
    theirs = {
        line.position
        for line in lines
        if party.organisation_id in {line.contracting_party.organisation_id, line.payee.organisation_id}
    }
    shares = [
        rules.Share(line.position, line.match_id, line.kind, line.tax_kind, line.amount_won, line.position in theirs)
        for line in lines
    ]
    most = dict(Match.objects.filter(pk__in={line.match_id for line in lines}).values_list("pk", "quote__supply_amount_won"))
    amounts, now = rules.without(shares, most), terms(agreement)
    wanted = replace(now, lines=tuple(replace(line, amount_won=amounts[line.position]) for line in now.lines))
    alone, before = not wanted.supply_won, sum(share.amount_won for share in shares if share.refused)
    grant = 0 if alone else min(formula_of(agreement, wanted).grant_won, agreement.grant_won)
    dropped = now.supply_won - wanted.supply_won
    return Refusal(replace(wanted, grant_won=grant), before - dropped, dropped, alone)


def refuses_for(agreement: Agreement, user: Any) -> AgreementParty | None:
    """The provider for which somebody may refuse: it has not signed, and the text is shown or to be signed."""
    if not rules.LIFECYCLE.can(agreement.status, "refuse_agreement"):
        return None
    party = own_party(agreement, user, "vouchers.sign_agreement")
    if party is None or party.role != rules.PartyRole.PROVIDER or party.signed_at is not None:
        return None
    return party
