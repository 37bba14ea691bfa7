"""Lists, and what the public payment clock says."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from portal.documents.queries import not_taken_because
from portal.journal import queries as journal
from portal.kit import clock
from portal.kit.words import korean
from vouchers.agreements import queries as agreements
from vouchers.agreements.models import Voucher
from vouchers.agreements.rules import PAYABLE_AGREEMENTS, VoucherStatus, last_day
from vouchers.companies import queries as companies
from vouchers.ledger import queries as ledger
from vouchers.milestones import queries as milestones
from vouchers.milestones.models import FinalEvaluation, Milestone
from vouchers.payments import rules
from vouchers.payments.models import Disbursement, PayeeAccount, PaymentAttempt
from vouchers.rounds.models import Round

S = rules.DisbursementStatus


def disbursements_for(user: Any) -> QuerySet[Disbursement]:
    """What this person may see, newest first, in one query."""
    return (
        Disbursement.objects.visible_to(user)
        .select_related(
            "milestone__agreement__company__organisation",
            "payee__organisation",
            "voucher",
            "payee_account",
            "invoice_document",
            "own_share_document",
        )
        .order_by("-created_at", "-id")
    )


def past_their_day(today: date) -> QuerySet[Voucher]:
    """Vouchers still valid on paper whose last day is over; a suspended agreement's waits until it goes on."""
    return Voucher.objects.filter(status=VoucherStatus.ISSUED, expires_on__lt=today, agreement__status__in=PAYABLE_AGREEMENTS)


def on_its_way(voucher: Voucher) -> tuple[bool, bool]:
    """(running, handed in): is a payment asked for and not settled; does a delivery, or a request sent back, still wait?"""
    asked = Disbursement.objects.filter(voucher=voucher)
    running = asked.exclude(status__in=[S.PAID, S.RETURNED, S.CLOSED]).exists()
    delivered = Milestone.objects.filter(
        agreement=voucher.agreement, status__in=["SUBMITTED", "COMPANY_ACCEPTED", "ACCEPTED"], grant_won__gt=0
    ).exclude(pk__in=asked.filter(kind=rules.TrancheKind.MILESTONE).values("milestone_id"))
    return running, delivered.exists() or asked.filter(status=S.RETURNED).exists()


def year_lost(row: Disbursement) -> bool:
    """Whether its fiscal year is over and no carry-over lets it be paid in the next one, or its money's year was closed."""
    agreement, today = row.milestone.agreement, clock.today()
    year, settling = agreement.round.fiscal_year, agreement.round.policy().settling
    if today <= last_day(year):
        return False
    left_won = agreements.carried_won(row.voucher.ref, year) - released_since(row, settling.last_day("last_payment", year))
    if today > settling.last_day("last_payment", year + 1) or row.amount_won > left_won:
        return True
    return ledger.shut(agreement.round_id, "COMMITTED", row.voucher.ref)


def closable(row: Disbursement) -> bool:
    """Whether finance may close it without payment now. A transfer that was only claimed stops what is held for good no more."""
    lost, held = year_lost(row), held_for_good(row)
    live = rules.LIVE_ATTEMPTS - ({rules.AttemptState.CLAIMED} if held else set())
    under_way = row.attempts.filter(state__in=live).exists()
    return rules.may_close(row.status, row.milestone.agreement.status, under_way=under_way, year_lost=lost, held_for_good=held)


def held_for_good(row: Disbursement) -> bool:
    """Whether nothing is ever paid of it although its agreement was not terminated: its project failed and nothing can change that
    any more, or the company's business ended."""
    ended = rules.tax_ended(companies.tax_status_of(row.milestone.agreement.company_id))
    return ended or milestones.money_lost(row.milestone)


def hindrance(row: Disbursement) -> tuple[str, str]:
    """What keeps it back although everything of its own is in order: the final evaluation, or the tax service. Code and sentence;
    ("", ""): nothing."""
    if why := milestones.money_held(row.milestone):
        return "grade_holds_money", why
    if why := rules.tax_fault(companies.tax_status_of(row.milestone.agreement.company_id)):
        return "not_in_business", why
    return "", ""


def failed_for_good() -> list[Disbursement]:
    """Unpaid disbursements of projects whose final grade holds and pays nothing more, without a transfer under way."""
    graded = FinalEvaluation.objects.filter(status="CONFIRMED").values("agreement_id")
    return [row for row in _unpaid(milestone__agreement__in=graded) if milestones.money_lost(row.milestone)]


def released_since(disbursement: Disbursement, day: date) -> int:
    """Of its voucher what else was paid after that day or is on its way to be, whole won."""
    others = Disbursement.objects.filter(voucher=disbursement.voucher).exclude(pk=disbursement.pk)
    since = Q(status=S.REGISTERED) | Q(status=S.PAID, paid_at__gte=clock.kst(day.year, day.month, day.day) + timedelta(days=1))
    return others.filter(since).aggregate(won=Sum("amount_won"))["won"] or 0


def listed(user: Any) -> QuerySet[Disbursement]:
    """The same disbursements with what a list shows and no more."""
    return (
        Disbursement.objects.visible_to(user)
        .select_related("milestone__agreement__company", "payee")
        .only(
            "ref",
            "kind",
            "status",
            "amount_won",
            "milestone__number",
            "milestone__title",
            "milestone__agreement__company__name_ko",
            "milestone__agreement__company__name_en",
            "payee__name_ko",
            "payee__name_en",
        )
        .order_by("-created_at", "-id")
    )


def attempts_of(disbursement: Disbursement) -> QuerySet[PaymentAttempt]:
    return disbursement.attempts.select_related("file").order_by("-claimed_at", "-id")


def anything_to_pay() -> bool:
    """Is there a registered disbursement to send, or an attempt that was claimed and not sent?"""
    return Disbursement.objects.payable().exists() or PaymentAttempt.objects.filter(state="CLAIMED", file__isnull=True).exists()


def claimed_orphans(*, first: bool = False) -> list[int]:
    """Attempts that were claimed but not sent: whoever claimed them is gone or slow; anybody may take them up.

    first: only those of disbursements that were never tried before.
    """
    found = PaymentAttempt.objects.filter(state="CLAIMED", file__isnull=True)
    if first:
        former = PaymentAttempt.objects.filter(disbursement=OuterRef("disbursement")).exclude(pk=OuterRef("pk"))
        found = found.exclude(Exists(former))
    return list(found.order_by("id").values_list("pk", flat=True)[:100])


def unclear_since() -> datetime | None:
    """When the oldest attempt without a known outcome was claimed; None when all is clear."""
    return (
        PaymentAttempt.objects.filter(state__in=["UNKNOWN", "PARKED"])
        .order_by("claimed_at")
        .values_list("claimed_at", flat=True)
        .first()
    )


def tried_since() -> datetime | None:
    """When the first attempt of anything that is payable or claimed now was made; None when nothing of it was tried before."""
    claimed = PaymentAttempt.objects.filter(state="CLAIMED").values("disbursement")
    now = Q(disbursement__in=Disbursement.objects.payable().values("pk")) | Q(disbursement__in=claimed)
    former = PaymentAttempt.objects.filter(now).exclude(state="CLAIMED")
    return former.order_by("claimed_at").values_list("claimed_at", flat=True).first()


def watched_since(now: datetime) -> datetime | None:
    """When the first transfer that was settled in the last WATCH_DAYS, or whose return the statement does not show yet, or of
    a payment whose rest the bank is to settle, was claimed; None when there is none to watch."""
    late = Q(state__in=["PAID", "REFUSED", "SENT_BACK"], settled_at__gte=now - timedelta(days=rules.WATCH_DAYS))
    rest = Q(disbursement__ref__in=journal.owed("settle_rest"))
    settled = PaymentAttempt.objects.filter(late | rest | Q(state="SENT_BACK", shown_back_at__isnull=True))
    return settled.order_by("claimed_at").values_list("claimed_at", flat=True).first()


def terminated() -> QuerySet[Disbursement]:
    """Unpaid disbursements of terminated agreements, without a transfer under way."""
    return _unpaid(milestone__agreement__status="TERMINATED")


def _unpaid(**which: Any) -> QuerySet[Disbursement]:
    live = PaymentAttempt.objects.filter(state__in=rules.LIVE_ATTEMPTS | {"PAID"})
    found = Disbursement.objects.filter(**which).exclude(status__in=[S.PAID, S.CLOSED])
    return found.exclude(pk__in=live.values("disbursement_id")).select_related("milestone__agreement__round")


def waiting_for_closing(refs: Iterable[str]) -> set[str]:
    """Refs of those that finance owes to close already."""
    return journal.owing("close_disbursement", refs)


def is_contradicted(attempt: PaymentAttempt) -> bool:
    """Does the bank's record differ from ours in a way that waits for a person's explanation?"""
    return attempt.ref in contradicted([attempt])


def contradicted(attempts: Sequence[PaymentAttempt]) -> set[str]:
    """Refs of those of which the bank's record waits to be explained."""
    return journal.owing("explain_attempt", [attempt.ref for attempt in attempts]) if attempts else set()


def account_to_pay(row: Disbursement) -> str:
    """The payee's account of now, masked: bank and last digits; empty when there is none that a second person verified."""
    found = PayeeAccount.objects.filter(institution_id=row.payee_id, is_current=True, verified_by__isnull=False).first()
    return f"{found.bank} ···{found.number[-4:]} ({found.holder})" if found else ""


def of_milestone(user: Any, milestone_ref: str) -> Disbursement | None:
    """The disbursement that was already requested for a milestone, if this person may see it."""
    return disbursements_for(user).filter(milestone__ref=milestone_ref, kind=rules.TrancheKind.MILESTONE).first()


def held_because(row: Disbursement) -> str:
    """Why its papers may not count now, while money may still leave on them; empty when they may."""
    return not_taken_because([row.invoice_document, row.own_share_document]) if rules.papers_count(row.status) else ""


def confirms(user: Any, row: Disbursement) -> bool:
    """Whether this person speaks for the company that confirms."""
    return bool(user.has_perm("vouchers.confirm_disbursement", row.milestone.agreement.company.organisation))


def requests(user: Any, row: Disbursement) -> bool:
    """Whether this person speaks for the provider that is paid."""
    provider = row.payee.organisation
    return provider is not None and bool(user.has_perm("vouchers.request_disbursement", provider))


def bank_stage(row: Disbursement, attempts: list[PaymentAttempt]) -> str:
    """Where a payment stands at the bank: waits or waits_file (nothing is out), in_file (handed over), unclear (no answer yet),
    failed, sent_back, or ''."""
    if row.status in {"FAILED", "SENT_BACK"}:
        return row.status.lower()
    if row.status != "REGISTERED":
        return ""
    if any(attempt.state in {"UNKNOWN", "PARKED"} for attempt in attempts):
        return "unclear"
    if any(attempt.state == "SENT" and attempt.file_id for attempt in attempts):
        return "in_file"
    if rules.pays_no_more(row.milestone.agreement.status):
        return ""
    return "waits_file" if row.way in rules.FILE_WAYS else "waits"


def kept_back(row: Disbursement, attempts: Sequence[PaymentAttempt]) -> str:
    """Why nothing leaves of it for now and who mends that, as a sentence (`rules.kept_back_words`); empty when nothing holds it."""
    why = _kept_back(row, attempts)
    if why:
        return str(rules.kept_back_words(why, row.way))
    return hindrance(row)[1] if row.status in {S.APPROVED, S.REGISTERED} else ""


def _kept_back(row: Disbursement, attempts: Sequence[PaymentAttempt]) -> str:
    if contradicted(attempts):
        return "closed" if row.status == S.CLOSED else "differs"
    if row.status != S.CLOSED and attempts and journal.owing("settle_rest", [row.ref]):
        return "rest_paid" if row.status == S.PAID else "rest"
    if row.status in {S.PAID, S.CLOSED}:
        return ""
    if any(attempt.state == "SENT_BACK" and attempt.shown_back_at is None for attempt in attempts):
        return "unproved"
    return "suspended" if row.status == S.REGISTERED and row.milestone.agreement.status == "SUSPENDED" else ""


def bank_words(attempts: Sequence[PaymentAttempt], stage: str) -> str:
    """What the bank said of the newest transfer that ended so; stage: failed or sent_back."""
    state = {"failed": "REFUSED", "sent_back": "SENT_BACK"}.get(stage)
    return next((attempt.answer for attempt in attempts if attempt.state == state and attempt.sent_at), "")


def under_way(row: Disbursement) -> bool:
    """Was a transfer handed to the bank of which nobody knows yet what became of it?"""
    return row.attempts.filter(state__in=rules.LIVE_ATTEMPTS - {rules.AttemptState.CLAIMED}).exists()


def returned_by_finance(row: Disbursement) -> bool:
    """Whether it is finance's turn to return it: once the evidence was checked."""
    if row.status in {S.REQUESTED, S.COMPANY_CONFIRMED}:
        return False
    return rules.may_return(row.status, held=bool(held_because(row)), under_way=under_way(row))


def may_be_unregistered(row: Disbursement) -> bool:
    """Whether nothing holds a registered payment yet, neither a transfer that may leave nor a file (`rules.may_unregister`)."""
    if row.status != S.REGISTERED:
        return False
    waits = {rules.AttemptState.CLAIMED} if hindrance(row)[0] else set()  # claimed, and kept back before it left
    held = row.attempts.filter(state__in=rules.LIVE_ATTEMPTS - waits | {rules.AttemptState.PAID}).exists()
    return rules.may_unregister(row.status, row.milestone.agreement.status, held=held)


def account_stands(row: Disbursement) -> bool:
    """Whether the account to which it was registered is the payee's still, and verified."""
    found = row.payee_account
    return found is not None and found.is_current and found.verified_by_id is not None


def unregistering(row: Disbursement) -> str:
    """The verb by which its registration is taken back now (`rules.unregistering`)."""
    newest = row.attempts.order_by("-id").values_list("state", flat=True).first()
    return rules.unregistering(newest or "", account_stands=account_stands(row))


def may(user: Any, row: Disbursement) -> dict[str, bool]:
    """Which verbs this person may use now: for the page's buttons; each action asks again. A terminated agreement's payment,
    and one that lost its year, is only closed."""
    company = row.milestone.agreement.company.organisation
    provider = row.payee.organisation
    state, can = row.status, rules.LIFECYCLE.can
    pays = not rules.pays_no_more(row.milestone.agreement.status)
    return {
        "confirm": state == "REQUESTED" and user.has_perm("vouchers.confirm_disbursement", company),
        "resubmit": state == "RETURNED" and provider is not None and user.has_perm("vouchers.request_disbursement", provider),
        "check": state == "COMPANY_CONFIRMED" and user.has_perm("vouchers.check_evidence"),
        "approve": pays and can(state, "approve_disbursement") and user.has_perm("vouchers.approve_disbursement"),
        "register": pays and state == "APPROVED" and user.has_perm("vouchers.register_disbursement"),
        "retry": pays and state == "FAILED" and user.has_perm("vouchers.register_disbursement"),
        "close": user.has_perm("vouchers.approve_disbursement") and closable(row),
        "resolve": user.has_perm("vouchers.resolve_attempt"),
        "unregister": user.has_perm("vouchers.unregister_disbursement") and may_be_unregistered(row),
        "return": (state == "REQUESTED" and user.has_perm("vouchers.confirm_disbursement", company))
        or (state == "COMPANY_CONFIRMED" and user.has_perm("vouchers.check_evidence"))
        or (user.has_perm("vouchers.approve_disbursement") and returned_by_finance(row)),
    }


def opened_on(disbursement: Disbursement) -> date | None:
    """The day on which its call opened: nothing was deposited for its project before."""
    opens_at = disbursement.milestone.agreement.round.opens_at
    return clock.to_kst(opens_at).date() if opens_at is not None else None


def programme_account(programme: Round) -> str:
    """The programme's own account, as the round names it, for whom it is owed money; "": the round names none."""
    paying = programme.policy().paying
    if not paying.account:
        return ""
    return f"{rules.bank_words(paying.bank_code, korean=korean())} {paying.account} ({paying.holder})"
