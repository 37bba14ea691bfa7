"""What the room tells."""

from typing import Any

from portal.journal.actions import tell
from portal.kit.won import won
from vouchers.agreements.models import AgreementHalt, AgreementParty, HaltRecovery
from vouchers.agreements.notices import SIGNING_ROLE
from vouchers.agreements.rules import PartyRole
from vouchers.payments import rules
from vouchers.payments.models import Disbursement, PayeeAccount


def _context(disbursement: Disbursement, **more: Any) -> dict[str, Any]:
    milestone = disbursement.milestone
    return {
        "milestone": f"{milestone.number}. {milestone.title}" if disbursement.kind == "MILESTONE" else disbursement.named("ko"),
        "amount_ko": won(disbursement.amount_won, "ko"),
        "amount_en": won(disbursement.amount_won, "en"),
        "payee_ko": disbursement.payee.name_ko,
        "payee_en": disbursement.payee.name_en,
        "network": rules.by_network(disbursement.way),
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
    """To the registrar: the bank refused; mend the account and try again. To the payee, who alone knows what its account is. After a
    termination finance closes it instead."""
    everybody: list[dict[str, Any]] = [{"role": "PAYMENT_REGISTRAR"}]
    if disbursement.payee.organisation is not None:
        everybody.append({"organisation": disbursement.payee.organisation})
    for whom in everybody:
        tell(
            "disbursement_failed", app="vouchers", subject=disbursement, url=f"/payments/{disbursement.ref}/",
            context=_context(disbursement, reason=words, ends=_ends(disbursement), registers="role" in whom), **whom,
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


def closed(disbursement: Disbursement, *, held: bool) -> None:
    """To provider and company: nothing is paid, as the agreement was terminated, its fiscal year is over or it is held for good."""
    for organisation in (disbursement.payee.organisation, disbursement.milestone.agreement.company.organisation):
        if organisation is not None:
            tell(
                "disbursement_closed", app="vouchers", subject=disbursement, organisation=organisation,
                url=f"/payments/{disbursement.ref}/",
                context=_context(disbursement, reason=disbursement.reason, ends=_ends(disbursement), held=held),
            )  # fmt: skip


def unregistered(disbursement: Disbursement, reason: str) -> None:
    """To provider and company: the registration was taken back, and why; the money comes later."""
    for organisation in (disbursement.payee.organisation, disbursement.milestone.agreement.company.organisation):
        if organisation is not None:
            tell(
                "disbursement_unregistered", app="vouchers", subject=disbursement, organisation=organisation,
                url=f"/payments/{disbursement.ref}/",
                context=_context(disbursement, reason=reason, anew=disbursement.status in {"EVIDENCE_CHECKED", "SENT_BACK"}),
            )  # fmt: skip


def parked(disbursement: Disbursement) -> None:
    """To finance: the bank's record does not show what happened; a person looks."""
    tell(
        "payment_parked", app="vouchers", subject=disbursement, role="OPERATOR_FINANCE",
        url=f"/payments/{disbursement.ref}/", context=_context(disbursement),
    )  # fmt: skip


def payee_changed(account: PayeeAccount, former: PayeeAccount) -> None:
    """To the contacts of the new account and of the one that it replaces, to the payee's people, and to finance: whoever knows
    nothing of the change says so before anything is paid to it."""
    institution, context = account.institution, dict[str, str]()
    for language, korean in (("ko", True), ("en", False)):
        context |= {
            f"payee_{language}": getattr(institution, f"name_{language}"),
            f"new_{language}": f"{rules.bank_words(account.bank_code, korean=korean)} ···{account.number[-4:]}",
            f"former_{language}": f"{rules.bank_words(former.bank_code, korean=korean)} ···{former.number[-4:]}",
        }
    context["waits_until"] = account.waits_until.isoformat() if account.waits_until else ""
    common: dict[str, Any] = {"app": "vouchers", "subject": account, "context": context, "once": account.ref}
    contacts = sorted({address for address in (former.contact, account.contact) if address})
    tell("payee_changed", addresses=contacts, **common)
    tell("payee_changed", role="OPERATOR_FINANCE", **common)
    if institution.organisation is not None:
        tell("payee_changed", organisation=institution.organisation, **common)


def halt_opened(row: AgreementHalt, party: AgreementParty) -> None:
    """To a party: what is proposed or noticed, what it does to the money, until when it may be heard."""
    until = row.opinion_until.isoformat() if row.opinion_until else ""
    _halt("halt_opened", row, party, by_consent=row.way == "CONSENT", until=until, reason=row.statement, **{
        name: row.figures[name] for name in ("paid_won", "recognised_won", "released_won")
    })  # fmt: skip


def halt_ended(row: AgreementHalt, party: AgreementParty) -> None:
    """To a party: it is not carried out, and why."""
    _halt("halt_ended", row, party, reason=row.answer)


def recovery_due(row: AgreementHalt, recovery: HaltRecovery) -> None:
    """To the party that pays back: how much."""
    _halt("recovery_due", row, recovery.party, amount_won=recovery.amount_won, reason=row.answer or row.statement)


def _halt(template: str, row: AgreementHalt, party: AgreementParty, **more: Any) -> None:
    agreement = row.agreement
    context = {"number": agreement.number, "title": agreement.award.application.title, "ends": row.kind == "TERMINATION"}
    tell(
        template, app="vouchers", subject=row, organisation=party.organisation, role=SIGNING_ROLE[PartyRole(party.role)],
        url=row.get_absolute_url(), context=context | more,
    )  # fmt: skip
