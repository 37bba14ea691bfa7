"""Disbursement and payment attempt. Source: domain.md §6.11, stack.md (Money).

An attempt row is committed before the bank is called; an unknown outcome is never sent again but reconciled from the
bank's statement, else parked for a person. The statement has the last word: it may show later that a paid transfer came
back, or that a refused one was executed after all.

Who lets money go again (domain.md §6.11, four eyes). A transfer that the bank refused before moving any money is registered
again under the approval that stands: FAILED, retry. Money that left and came back, whether the portal had booked it as paid or
not, needs finance to look and to approve anew: SENT_BACK, approve, register. `approval_stands` is that rule.

A person's word that money came back is written down, but frees no other transfer: the bank's own statement must show the return
(`lets_another_leave`), and who said it does not approve the payment anew (`may_approve`). A wrong word is taken back by somebody
else (`may_withdraw`), as long as the statement does not show the return: the transfer then waits for a person again.

A payment of a terminated agreement leaves no more: people close it with a reason, and its money stays committed in the
cancelled voucher until the agreement's settlement. One whose papers the virus scan refuses leaves no more either: finance
returns it, also after the approval (`may_return`).
"""

from collections.abc import Collection
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from portal.kit import words
from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.companies.rules import TaxStatus


def invoice_day_fault(day: date, today: date, first: date, last: date) -> str:
    """Why an invoice of that day cannot count; "": it can. first, last: of the agreement, both within."""
    if day > today:
        return str(_("The invoice date lies in the future."))
    if not first <= day <= last:
        period = {"first": words.day(first), "last": words.day(last)}
        return str(_("The invoice date must lie within the agreement's period, from %(first)s to %(last)s.")) % period
    return ""


def deposit_day_fault(day: date, today: date, opened: date | None) -> str:
    """Why the own share of a project cannot have been deposited on that day; "": it can. opened: when its call opened, None: it names
    no day."""
    if day > today:
        return str(_("The deposit date lies in the future."))
    if opened is not None and day < opened:
        return str(
            _("The deposit date lies before the call opened on %(day)s. Enter the day on which you deposited for this project.")
            % {"day": words.day(opened)}
        )
    return ""


def tax_fault(tax_status: str) -> str:
    """Why nothing is paid for the project of a company in this state of business; "": nothing hinders. What the tax service has not
    answered hinders nothing: people see on the payment's page when it was asked."""
    if tax_status in {TaxStatus.SUSPENDED, TaxStatus.CLOSED, TaxStatus.UNREGISTERED}:
        return str(
            _("The tax service says of the company: %(state)s. Nothing is paid for its project until that is settled.")
            % {"state": TaxStatus.word(tax_status)}
        )
    return ""


def tax_ended(tax_status: str) -> bool:
    """Whether that business ended: what is held for it does not pass with time. A person decides by it, since an answer may be wrong."""
    return tax_status == TaxStatus.CLOSED


def invoice_no_fault(number: str) -> str:
    """Why this cannot be the number of an invoice, which stands in files for others; "": it can."""
    if not number.isprintable():
        return str(
            _("The number has a sign that cannot be printed, a line break for instance. Type it as it stands on the invoice.")
        )
    return ""


class DisbursementStatus(Codes):
    REQUESTED = "REQUESTED", _("Requested by the provider")
    COMPANY_CONFIRMED = "COMPANY_CONFIRMED", _("Confirmed by the company")
    EVIDENCE_CHECKED = "EVIDENCE_CHECKED", _("Evidence checked")
    RETURNED = "RETURNED", _("Returned")
    APPROVED = "APPROVED", _("Approved")
    REGISTERED = "REGISTERED", _("Registered for payment")
    PAID = "PAID", _("Paid")
    FAILED = "FAILED", _("Transfer failed")
    SENT_BACK = "SENT_BACK", _("Money came back")
    CLOSED = "CLOSED", _("Closed without payment")


class AttemptState(Codes):
    CLAIMED = "CLAIMED", _("Claimed, not sent yet")
    SENT = "SENT", _("Sent, no answer yet")
    UNKNOWN = "UNKNOWN", _("Outcome unknown")
    PAID = "PAID", _("Paid")
    REFUSED = "REFUSED", _("Transfer refused")
    SENT_BACK = "SENT_BACK", _("Money came back")
    PARKED = "PARKED", _("Waiting for a person")


S, T = DisbursementStatus, AttemptState
LIFECYCLE = Lifecycle(
    "disbursement",
    S,
    S.REQUESTED,
    {
        (S.REQUESTED, "confirm_disbursement"): S.COMPANY_CONFIRMED,
        (S.REQUESTED, "return_disbursement"): S.RETURNED,
        (S.COMPANY_CONFIRMED, "check_evidence"): S.EVIDENCE_CHECKED,
        (S.COMPANY_CONFIRMED, "return_disbursement"): S.RETURNED,
        (S.RETURNED, "resubmit_disbursement"): S.REQUESTED,
        (S.EVIDENCE_CHECKED, "approve_disbursement"): S.APPROVED,
        (S.EVIDENCE_CHECKED, "return_disbursement"): S.RETURNED,
        **{(state, "return_disbursement"): S.RETURNED for state in (S.APPROVED, S.REGISTERED, S.FAILED, S.SENT_BACK)},
        (S.APPROVED, "register_disbursement"): S.REGISTERED,
        (S.REGISTERED, "settle_paid"): S.PAID,
        (S.REGISTERED, "settle_failed"): S.FAILED,
        (S.FAILED, "retry_disbursement"): S.REGISTERED,
        (S.FAILED, "settle_paid"): S.PAID,
        (S.PAID, "settle_sent_back"): S.SENT_BACK,
        (S.REGISTERED, "settle_sent_back"): S.SENT_BACK,
        (S.FAILED, "settle_sent_back"): S.SENT_BACK,
        (S.APPROVED, "settle_sent_back"): S.SENT_BACK,
        (S.SENT_BACK, "approve_disbursement"): S.APPROVED,
        **{(state, "withdraw_return"): S.REGISTERED for state in (S.SENT_BACK, S.APPROVED, S.REGISTERED, S.RETURNED, S.CLOSED)},
        (S.REGISTERED, "unregister_disbursement"): S.APPROVED,
        (S.REGISTERED, "unapprove_disbursement"): S.EVIDENCE_CHECKED,
        (S.REGISTERED, "unregister_refused"): S.FAILED,
        (S.REGISTERED, "unapprove_sent_back"): S.SENT_BACK,
        **{(state, "close_disbursement"): S.CLOSED for state in S if state not in {S.PAID, S.CLOSED}},
    },
)
ATTEMPT_LIFECYCLE = Lifecycle(
    "payment_attempt",
    T,
    T.CLAIMED,
    {
        (T.CLAIMED, "send"): T.SENT,
        (T.SENT, "settle_paid"): T.PAID,
        (T.SENT, "settle_refused"): T.REFUSED,
        (T.SENT, "lose_track"): T.UNKNOWN,
        (T.CLAIMED, "lose_track"): T.UNKNOWN,
        (T.UNKNOWN, "settle_paid"): T.PAID,
        (T.UNKNOWN, "settle_refused"): T.REFUSED,
        (T.UNKNOWN, "park"): T.PARKED,
        (T.PARKED, "settle_paid"): T.PAID,
        (T.PARKED, "settle_refused"): T.REFUSED,
        (T.REFUSED, "settle_paid"): T.PAID,
        (T.SENT_BACK, "withdraw_return"): T.PARKED,
        **{(state, "settle_sent_back"): T.SENT_BACK for state in (T.SENT, T.UNKNOWN, T.PARKED, T.PAID, T.REFUSED)},
    },
)
LIVE_ATTEMPTS = frozenset({T.CLAIMED, T.SENT, T.UNKNOWN, T.PARKED})
WATCH_DAYS = 30  # how long the bank's statement is read for transfers that were settled


# steps that let money go, each with a fresh second factor: (permission, what it does; won: the amount, payee: who gets it)
RELEASES = {
    "approve": (
        "vouchers.approve_disbursement",
        _("%(won)s to %(payee)s may then be registered for payment by somebody else. Nothing leaves yet."),
    ),
    "register": (
        "vouchers.register_disbursement",
        _("%(won)s leaves for the account of %(payee)s with the next bank run, within seconds. It cannot be called back."),
    ),
    "retry": (
        "vouchers.register_disbursement",
        _(
            "%(won)s leaves for %(payee)s with the next bank run, once the bank's statement shows that the former transfer moved nothing."
        ),
    ),
}


# 금융기관 공동코드 (금융결제원, Korea Financial Telecommunications & Clearings Institute): three digits of who keeps an account;
# those that take transfers of public money. Names as the institutions call themselves now (031: 대구은행 until 2024).
BANKS: dict[str, tuple[str, str]] = {
    "002": ("한국산업은행", "Korea Development Bank"), "003": ("IBK기업은행", "Industrial Bank of Korea"),
    "004": ("KB국민은행", "KB Kookmin Bank"), "007": ("Sh수협은행", "Suhyup Bank"), "011": ("NH농협은행", "NH NongHyup Bank"),
    "012": ("지역농·축협", "Local NongHyup"), "020": ("우리은행", "Woori Bank"), "023": ("SC제일은행", "Standard Chartered Bank Korea"),
    "027": ("한국씨티은행", "Citibank Korea"), "031": ("iM뱅크", "iM Bank"), "032": ("BNK부산은행", "Busan Bank"),
    "034": ("광주은행", "Kwangju Bank"), "035": ("제주은행", "Jeju Bank"), "037": ("전북은행", "Jeonbuk Bank"),
    "039": ("BNK경남은행", "Kyongnam Bank"), "045": ("새마을금고", "MG Community Credit Cooperatives"),
    "048": ("신협", "Credit unions (CU)"), "050": ("저축은행", "Savings banks"), "064": ("산림조합", "Forestry cooperatives"),
    "071": ("우체국", "Korea Post"), "081": ("하나은행", "Hana Bank"), "088": ("신한은행", "Shinhan Bank"),
    "089": ("케이뱅크", "K bank"), "090": ("카카오뱅크", "KakaoBank"), "092": ("토스뱅크", "Toss Bank"),
}  # fmt: skip


def account_waits(waits_until: date | None, today: date) -> bool:
    """Whether an account that took another's place may not be paid yet. waits_until: the first day on which it may, None: at once."""
    return waits_until is not None and today < waits_until


def bank_words(code: str, *, korean: bool) -> str:
    """`신한은행(088)`, `Shinhan Bank (088)`; a code that is not in the list stands alone."""
    if code not in BANKS:
        return code
    return f"{BANKS[code][0]}({code})" if korean else f"{BANKS[code][1]} ({code})"


def overturns(state: str, outcome: str) -> bool:
    """Whether the bank's statement contradicts what was settled: a transfer that came back, or one that moved after all.

    state: of the settled attempt; outcome: PAID, REFUSED, SENT_BACK or UNKNOWN, as the statement has it now.
    """
    return (state, outcome) in {
        (T.PAID, "SENT_BACK"), (T.REFUSED, "PAID"), (T.REFUSED, "SENT_BACK"), (T.SENT_BACK, "PAID"),
    }  # fmt: skip


def lets_another_leave(state: str, outcome: str | None, *, whole: bool = True) -> bool:
    """Whether a former transfer is no reason to hold the next one back.

    outcome: as the bank's statement shows it, None when it shows nothing of it; whole: of its whole amount. Money that moved
    holds the next one back; what counts here as sent back does so until the statement shows all of it as come back.
    """
    if state == T.SENT_BACK:
        return outcome == "SENT_BACK" and whole
    return outcome not in {"PAID", "SENT_BACK"}


def approval_stands(approved_at: datetime | None, came_back_at: datetime | None) -> bool:
    """Whether an approval still lets money go: none came back since. came_back_at: when that was last settled, or None."""
    return approved_at is not None and (came_back_at is None or came_back_at <= approved_at)


def pays_no_more(agreement_status: str) -> bool:
    """Whether an agreement has ended so that nothing is paid of it: its unpaid disbursements are closed, not tried again."""
    return agreement_status == "TERMINATED"


def may_close(
    status: str, agreement_status: str, *, under_way: bool, year_lost: bool = False, held_for_good: bool = False
) -> bool:
    """Whether an unpaid disbursement is closed without payment: its agreement was terminated, its fiscal year is over and it was not
    carried over (year_lost), or its project failed or the business ended (held_for_good), and no transfer is under way."""
    never = pays_no_more(agreement_status) or year_lost or held_for_good
    return LIFECYCLE.can(status, "close_disbursement") and never and not under_way


def papers_count(status: str) -> bool:
    """Whether a file that the virus scan holds stops a disbursement here: everywhere, until it is paid, closed or returned."""
    return status not in {S.PAID, S.CLOSED, S.RETURNED}


def may_return(status: str, *, held: bool, under_way: bool) -> bool:
    """Whether it goes back to the provider: before the approval for any reason, afterwards only for a file that the virus scan
    refuses (held), while no transfer is under way."""
    early = status in {S.REQUESTED, S.COMPANY_CONFIRMED, S.EVIDENCE_CHECKED}
    return LIFECYCLE.can(status, "return_disbursement") and (early or (held and not under_way))


def may_approve(person_id: int, settled_by: Collection[int | None]) -> bool:
    """Who said what became of a transfer that came back never approves the payment anew (four eyes).

    settled_by: who settled the transfers of this payment that count as sent back.
    """
    return person_id not in settled_by


def may_resolve(person_id: int, released_by: Collection[int | None]) -> bool:
    """Who released a transfer never says what became of it (domain.md §6.11, four eyes).

    released_by: who had approved, registered and handed over that very attempt; another release of the same payment is not it.
    """
    return person_id not in released_by


def rests_on_a_word(state: str, *, said: bool, shown: bool) -> bool:
    """Whether only a person says that a transfer came back. said: a person settled it; shown: the bank's statement shows it."""
    return state == T.SENT_BACK and said and not shown


def may_withdraw(person_id: int, said_by: int | None, released_by: Collection[int | None]) -> bool:
    """Another person than who said that the money came back takes that word back, and none who released the transfer."""
    return person_id != said_by and person_id not in released_by
