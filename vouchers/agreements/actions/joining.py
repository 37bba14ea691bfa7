"""A change brings in a provider: its lines stand at 0 won and it is asked to sign, until the changed text is in force."""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from portal.kit.errors import Refused
from vouchers.agreements import queries, rules
from vouchers.agreements.models import AgreementChange, AgreementLine, AgreementParty


def invite(change: AgreementChange) -> None:
    """In the transaction that approves the change. Writes: AgreementLine (0 won), AgreementParty. Raises: Refused where nobody
    represents who would join."""
    agreement = change.agreement
    new = queries.joining_lines(change.asked, set(agreement.lines.values_list("position", flat=True)))
    if not new:
        return
    if missing := queries.absent(new):
        raise Refused(
            _("%(names)s cannot sign: nobody represents it on this portal yet. Its people register first, then draft again.")
            % {"names": ", ".join(dict.fromkeys(str(one) for one in missing))},
            "provider_cannot_sign",
        )
    matches = {line.position: line.match for line in change.asked.lines}
    for position, line in new.items():
        AgreementLine(
            agreement=agreement, match_id=matches[position], position=position, kind=line.kind, description=line.description, amount_won=0,
            tax_kind=line.tax_kind, data_holder_id=line.data_holder_id, contracting_party=line.contracting_party,
            reviewing_board_id=line.reviewing_board_id, payee=line.payee,
        ).save()  # fmt: skip
    present = set(agreement.parties.values_list("organisation_id", flat=True))
    place = agreement.parties.aggregate(last=Max("position"))["last"] or 0
    for institution in (one for line in new.values() for one in (line.contracting_party, line.payee)):
        if institution.organisation is None or institution.organisation.pk in present:
            continue
        present.add(institution.organisation.pk)
        place += 1
        AgreementParty(
            agreement=agreement, role=rules.PartyRole.PROVIDER, organisation=institution.organisation, institution=institution,
            position=place, joined_by=change,
        ).save()  # fmt: skip
