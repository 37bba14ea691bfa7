"""What the room tells."""

from typing import Any

from portal.journal.actions import tell
from portal.kit.won import won
from vouchers.payments import rules
from vouchers.payments.models import Disbursement


def _context(disbursement: Disbursement, **more: Any) -> dict[str, Any]:
    milestone = disbursement.milestone
    return {
        "milestone": f"{milestone.number}. {milestone.title}",
        "amount_ko": won(disbursement.amount_won, "ko"),
        "amount_en": won(disbursement.amount_won, "en"),
        "payee_ko": disbursement.payee.name_ko,
        "payee_en": disbursement.payee.name_en,
        **more,
    }


def _ends(disbursement: Disbursement) -> bool:
    return rules.pays_no_more(disbursement.milestone.agreement.status)


def requested(disbursement: Disbursement) -> None:
    """To the company: confirm and show the own share."""
    tell(
        "disbursement_requested", app="vouchers", subject=disbursement,
        organisation=disbursement.milestone.agreement.company.organisation, url=f"/payments/{disbursement.ref}/",
        context=_context(disbursement),
    )  # fmt: skip


def returned(disbursement: Disbursement) -> None:
    """To the provider: what is missing."""
    if disbursement.payee.organisation_id:
        tell(
            "disbursement_returned", app="vouchers", subject=disbursement, organisation=disbursement.payee.organisation,
            url=f"/payments/{disbursement.ref}/", context=_context(disbursement, reason=disbursement.reason),
        )  # fmt: skip


def paid(disbursement: Disbursement, key: str) -> None:
    """To provider and company: the money was transferred. key: of the attempt, told once for each."""
    for organisation in (disbursement.payee.organisation, disbursement.milestone.agreement.company.organisation):
        if organisation is not None:
            tell(
                "disbursement_paid", app="vouchers", subject=disbursement, organisation=organisation,
                url=f"/payments/{disbursement.ref}/", context=_context(disbursement), once=f"paid:{key}",
            )  # fmt: skip


def failed(disbursement: Disbursement, words: str) -> None:
    """To the registrar: the bank refused; mend the account and try again. After a termination finance closes it instead."""
    tell(
        "disbursement_failed", app="vouchers", subject=disbursement, role="PAYMENT_REGISTRAR",
        url=f"/payments/{disbursement.ref}/", context=_context(disbursement, reason=words, ends=_ends(disbursement)),
    )  # fmt: skip


def sent_back(disbursement: Disbursement, words: str, key: str) -> None:
    """To finance, provider and company: the bank sent the money back. words: why, as the bank puts it. After a termination it
    is not transferred again."""
    everybody: list[dict[str, Any]] = [{"role": "OPERATOR_FINANCE"}]
    for organisation in (disbursement.payee.organisation, disbursement.milestone.agreement.company.organisation):
        if organisation is not None:
            everybody.append({"organisation": organisation})
    for whom in everybody:
        tell(
            "disbursement_sent_back", app="vouchers", subject=disbursement, url=f"/payments/{disbursement.ref}/",
            context=_context(disbursement, reason=words, ends=_ends(disbursement)), once=f"sent_back:{key}", **whom,
        )  # fmt: skip


def closed(disbursement: Disbursement) -> None:
    """To provider and company: nothing is paid, as the agreement was terminated."""
    for organisation in (disbursement.payee.organisation, disbursement.milestone.agreement.company.organisation):
        if organisation is not None:
            tell(
                "disbursement_closed", app="vouchers", subject=disbursement, organisation=organisation,
                url=f"/payments/{disbursement.ref}/", context=_context(disbursement, reason=disbursement.reason),
            )  # fmt: skip


def parked(disbursement: Disbursement) -> None:
    """To finance: the bank's record does not show what happened; a person looks."""
    tell(
        "payment_parked", app="vouchers", subject=disbursement, role="OPERATOR_FINANCE",
        url=f"/payments/{disbursement.ref}/", context=_context(disbursement),
    )  # fmt: skip
