"""Which payments a sample is drawn from, what an auditor still has to look at, and whether a sample is drawn again the same."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet

from portal.accounts import queries as accounts
from portal.kit import clock
from vouchers.ledger.models import LedgerEvent
from vouchers.ledger.rules import EventKind
from vouchers.payments.models import PaymentAttempt
from vouchers.rounds.models import Round
from vouchers.settlements import rules
from vouchers.settlements.models import AuditFile, AuditFinding, AuditSample, SampleItem


def frame(round_id: int, first: date, last: date) -> list[rules.Paid]:
    """Every payment of a round that was booked between the two days and not sent back by the last one, in the order of booking.

    Ledger events never change, so the same days give the same frame for ever. Three queries."""
    since, until = clock.start_of_day(first), clock.end_of_day(last)
    events = LedgerEvent.objects.filter(round_id=round_id, at__gte=since, at__lt=until)
    back = set(LedgerEvent.objects.filter(round_id=round_id, at__lt=until, kind=EventKind.REVERSED).values_list("key", flat=True))
    paid = list(events.filter(kind=EventKind.PAID).order_by("id").values_list("ref", "key", "amount_won"))
    keys = {key: key.partition(":")[2] for _ref, key, _won in paid}
    attempts = PaymentAttempt.objects.filter(key__in=keys.values()).values_list(
        "key", "disbursement__ref", "disbursement__payee__key"
    )
    of = {key: (payment, payee) for key, payment, payee in attempts}
    return [
        rules.Paid(ref, *of[keys[key]], amount_won)
        for ref, key, amount_won in paid
        if f"REVERSED:{keys[key]}" not in back and keys[key] in of
    ]


def drawn_again(sample: AuditSample) -> list[rules.Drawn]:
    """The sample from what was kept of it: the same, always."""
    kept = [rules.Paid(*one) for one in sample.frame]
    return rules.draw(
        kept, seed=sample.seed, threshold_won=sample.threshold_won, interval_won=sample.interval_won, least=sample.least
    )


def sample_faults() -> Iterator[str]:
    """Samples whose frame, fingerprint or payments are not what the rule and the ledger give: a sentence each."""
    for sample in AuditSample.objects.order_by("pk").iterator():
        name = f"audit sample {sample.ref}"
        kept = [rules.Paid(*one) for one in sample.frame]
        if rules.frame_digest(kept) != sample.frame_digest:
            yield f"{name}: its frame does not match its fingerprint"
        elif kept != frame(sample.round_id, sample.paid_from, sample.paid_until):
            yield f"{name}: its frame is not what the ledger says of these days"
        elif (sample.frame_count, sample.frame_won) != (len(kept), sum(one.amount_won for one in kept)):
            yield f"{name}: its sums are not those of its frame"
        if sample.rule != rules.RULE:
            yield f"{name}: its rule {sample.rule} is unknown"
            continue
        items = SampleItem.objects.filter(sample=sample).order_by("position")
        told = list(items.values_list("ledger_event__ref", "disbursement__ref", "amount_won", "why", "unit"))
        again = [(one.paid.event, one.paid.payment, one.paid.amount_won, str(one.why), one.unit) for one in drawn_again(sample)]
        if told != again:
            yield f"{name}: its payments are not those that its seed gives"


def samples_for(user: Any) -> QuerySet[AuditSample]:
    """The newest first, each with how many payments are to be looked at and how many were."""
    live = ~Q(items__findings__status=rules.AuditFindingStatus.WITHDRAWN)
    return (
        AuditSample.objects.visible_to(user).select_related("round", "drawn_by").defer("frame")
        .annotate(
            of=Count("items", distinct=True),
            looked=Count("items", distinct=True, filter=Q(items__cleared_at__isnull=False) | Q(items__findings__isnull=False) & live),
            open_findings=Count("items__findings", distinct=True, filter=Q(items__findings__status__in=["OPEN", "ANSWERED"])),
        )
        .order_by("-created_at", "-pk")
    )  # fmt: skip


def items_for(user: Any, sample: AuditSample) -> QuerySet[SampleItem]:
    """Payments of a sample: all for auditors, those with findings for who answers them."""
    rows = SampleItem.objects.filter(sample=sample)
    if not user.has_perm("vouchers.draw_sample"):
        rows = rows.filter(findings__isnull=False).distinct()
    found = rows.select_related(
        "sample__round",
        "ledger_event",
        "cleared_by",
        "disbursement__payee__organisation",
        "disbursement__milestone__agreement__company",
    )
    return found.prefetch_related("findings__answered_by", "findings__marked_by", "findings__ended_by").order_by("position")


class Standing(NamedTuple):
    """wrong_won: what standing findings say; projected_won: what that says about the whole frame."""

    looked: int
    of: int
    wrong_won: int
    projected_won: int


def standing(sample: AuditSample) -> Standing:
    """Where a sample stands, over all of its payments. Two queries."""
    items = list(SampleItem.objects.filter(sample=sample).prefetch_related("findings"))
    wrong = [(item.why, item.amount_won, _wrong(item)) for item in items]
    looked = sum(1 for item in items if item.cleared_at is not None or _live(item))
    return Standing(looked, len(items), sum(won for _why, _amount, won in wrong), rules.projected_won(wrong, sample.interval_won))


def _live(item: SampleItem) -> list[AuditFinding]:
    return [one for one in item.findings.all() if one.status != rules.AuditFindingStatus.WITHDRAWN]


def _wrong(item: SampleItem) -> int:
    return min(item.amount_won, sum(one.amount_won for one in _live(item)))


def files_of(user: Any, item: SampleItem) -> AuditFile | None:
    """The newest whole file of the payment's project that this person may have."""
    agreement = item.disbursement.milestone.agreement_id
    return AuditFile.objects.visible_to(user).filter(agreement_id=agreement).order_by("-created_at", "-pk").first()


def may_with_finding(user: Any, finding: AuditFinding) -> dict[str, bool]:
    """Which verbs this person may use now."""
    steps = {
        verb: rules.AUDIT_FINDING_LIFECYCLE.can(finding.status, f"{verb}_audit_finding")
        for verb in ("answer", "close", "reopen", "withdraw")
    }
    auditor = user.has_perm("vouchers.draw_sample")
    answers = user.has_perm("vouchers.answer_audit_finding") and finding.answered_as in accounts.roles_of(user)
    return {verb: can and (answers if verb == "answer" else auditor) for verb, can in steps.items()}


def sampled_rounds() -> QuerySet[Round]:
    """Rounds in which something was paid, the newest first."""
    paid = LedgerEvent.objects.filter(kind=EventKind.PAID).values("round_id")
    return Round.objects.filter(pk__in=paid).order_by("-fiscal_year", "-pk")
