"""An advance is asked for before the first delivery, where the round allows it, against a guarantee instead of an accepted milestone."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit.access import require
from portal.kit.errors import Refused
from portal.kit.won import won
from portal.kit.words import day
from providers.institutions.models import Institution
from vouchers.agreements.models import Agreement
from vouchers.payments import notices, queries, rules
from vouchers.payments.actions.disbursements import (
    check_invoice,
    check_voucher,
    number_once,
    number_used,
    owe_confirmation,
    payee,
)
from vouchers.payments.models import Disbursement, Guarantee


@dataclass(frozen=True)
class Cover:
    """A guarantee as it was typed. amount_won: whole won."""

    issuer: str
    number: str
    amount_won: int
    valid_until: date
    document: Document | None


@transaction.atomic
def request_advance(
    *,
    agreement_id: int,
    institution_id: int,
    invoice_no: str,
    invoice_on: date,
    invoice_document: Document | None,
    guarantee: Cover | None = None,
    by: Any,
) -> Disbursement:
    """The provider asks for the round's share of its grant before it delivered. It is netted from its later tranches.

    Writes: Disbursement (kind ADVANCE), Guarantee, Event, Duty, Notice. Raises: Refused (the round allows none, something was asked for
    already, guarantee missing, too small or too short, invoice, more than the voucher holds), NotAllowed.
    """
    Agreement.objects.select_for_update().get(pk=agreement_id)
    agreement = Agreement.objects.select_related("company__organisation", "round").get(pk=agreement_id)
    institution = Institution.objects.select_related("organisation").get(pk=institution_id)
    require(by, "vouchers.request_disbursement", payee(institution))
    found = queries.advance_of(agreement, institution_id)
    if found is None:
        raise Refused(
            _("Nothing can be advanced: the call allows no advance, milestones are not planned yet, or something was asked for already."),
            "no_advance",
        )  # fmt: skip
    check_invoice(invoice_no, invoice_on, found.anchor)
    facts = queries.facts_of_request(found.anchor, invoice_no.strip())
    if facts.number_used:
        raise number_used()
    if invoice_document is None:
        raise Refused(_("Attach the tax invoice."), "invoice_file_missing", "file")
    _check_guarantee(found, guarantee)
    check_voucher(facts, found.amount_won)
    row = Disbursement(
        kind=rules.TrancheKind.ADVANCE, milestone=found.anchor, voucher=facts.voucher, payee=institution, amount_won=found.amount_won,
        supply_amount_won=found.amount_won, tax_kind="TAXABLE" if found.anchor.vat_won else "EXEMPT", invoice_no=invoice_no.strip(),
        invoice_on=invoice_on, invoice_document=invoice_document, requested_by=by,
        payee_account=facts.account,
    )  # fmt: skip
    with number_once():
        row.save()
    if guarantee is not None:
        _file(row, guarantee, by)
    journal.record(
        "disbursement.advance_requested", row, by=by, to=row.status, organisations=row.organisation_ids(),
        data={"amount_won": row.amount_won, "guaranteed_won": guarantee.amount_won if guarantee else 0},
    )  # fmt: skip
    owe_confirmation(row, by)
    notices.requested(row)
    return row


def _check_guarantee(found: queries.Advance, guarantee: Cover | None) -> None:
    """Raises: Refused, with what it must be."""
    if guarantee is None or guarantee.document is None:
        if found.guaranteed or guarantee is not None:
            raise Refused(_("Attach the guarantee: an advance is paid against it."), "guarantee_missing", "guarantee_file")
        return
    if not guarantee.issuer.strip() or not guarantee.number.strip():
        raise Refused(_("Enter who issued the guarantee, and its number."), "guarantee_unnamed", "issuer")
    last_day = found.agreement.ends_on
    fault = rules.guarantee_fault(guarantee.amount_won, guarantee.valid_until, advance_won=found.amount_won, last_day=last_day)
    if fault == "guarantee_small":
        raise Refused(
            _("The guarantee must cover the whole advance of %(amount)s.") % {"amount": won(found.amount_won)},
            fault,
            "guarantee_won",
        )
    if fault == "guarantee_short":
        raise Refused(
            _("The guarantee must be valid until the agreement's last day, %(day)s, or longer.") % {"day": day(last_day)},
            fault,
            "valid_until",
        )


def _file(row: Disbursement, guarantee: Cover, by: Any) -> None:
    try:
        with transaction.atomic():
            Guarantee(
                disbursement=row, issuer=guarantee.issuer.strip(), number=guarantee.number.strip(), amount_won=guarantee.amount_won,
                valid_until=guarantee.valid_until, document=guarantee.document, filed_by=by,
            ).save()  # fmt: skip
    except IntegrityError as error:
        if "guarantee_once" not in str(error):
            raise
        raise Refused(_("This guarantee already stands for another advance."), "guarantee_used", "number") from error
