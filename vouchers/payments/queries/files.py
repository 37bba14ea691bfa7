"""What is due for a file, what is in one, and what is still open."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum

from portal.accounts import queries as accounts
from portal.journal import queries as journal
from vouchers.ledger import queries as ledger
from vouchers.milestones.models import Milestone
from vouchers.payments import rules
from vouchers.payments.models import Disbursement, PaymentAnswer, PaymentAttempt, PaymentFile
from vouchers.rounds.models import Round
from vouchers.rounds.rules import TARGET_STEPS, Way


def due(round_: Round, way: str) -> QuerySet[Disbursement]:
    """Payments of a round that are registered for such a file and in none, the oldest first."""
    found = Disbursement.objects.payable(way).filter(milestone__agreement__round=round_)
    return found.select_related(
        "milestone__agreement__company", "milestone__agreement__round", "payee__organisation", "payee_account",
        "approved_by", "registered_by",
    ).order_by("registered_at", "id")  # fmt: skip


def waiting() -> list[dict[str, Any]]:
    """{round, way, words, count, won} of all that is registered for a file and in none."""
    found = Disbursement.objects.none()
    for way in rules.FILE_WAYS:
        found = found | Disbursement.objects.payable(way)
    grouped = found.order_by().values("milestone__agreement__round", "way").annotate(count=Count("pk"), won=Sum("amount_won"))
    rows = list(grouped.order_by("milestone__agreement__round", "way"))
    rounds = Round.objects.in_bulk([row["milestone__agreement__round"] for row in rows])
    return [
        {**row, "round": rounds[row["milestone__agreement__round"]], "words": rules.way_words(row["way"])} for row in rows
    ]  # fmt: skip


def files_for(user: Any) -> QuerySet[PaymentFile]:
    """Newest first, with how much of each is open and paid."""
    return (
        PaymentFile.objects.visible_to(user)
        .with_lines()
        .select_related("round", "document", "made_by")
        .order_by("-created_at", "-id")
    )


def lines_of(file: PaymentFile) -> QuerySet[PaymentAttempt]:
    """In the order of the file."""
    return file.lines.select_related("disbursement__milestone__agreement", "disbursement__payee", "account", "file").order_by(
        "id"
    )


def answers_of(file: PaymentFile) -> QuerySet[PaymentAnswer]:
    return file.answers.select_related("document", "read_by").order_by("-created_at", "-id")


def booked_won(file: PaymentFile) -> int:
    """What the ledger holds as paid under the references of this file: it equals the sum of its paid lines."""
    return ledger.paid_under(file.lines.values_list("key", flat=True))


def known_keys(keys: Collection[str], *, but: PaymentFile) -> set[str]:
    """Of these end-to-end ids, those of transfers of the portal outside of that file."""
    others = PaymentAttempt.objects.filter(key__in=list(keys)).exclude(file=but)
    return set(others.values_list("key", flat=True))


def also_told(reading: rules.Reading, *, but: PaymentFile) -> QuerySet[PaymentAttempt]:
    """Transfers of the account's other files of which a statement speaks."""
    if reading.kind != rules.AnswerKind.CAMT_053:
        return PaymentAttempt.objects.none()
    found = PaymentAttempt.objects.filter(key__in=list(reading.answers), file__account=reading.account)
    return found.exclude(file=but).select_related("disbursement").order_by("id")


def told_later(reading: rules.Reading, keys: Collection[str]) -> set[str]:
    """Of these ids, those of which a statement of the same account was read that the bank made later than this one."""
    if reading.kind != rules.AnswerKind.CAMT_053 or reading.made_at is None:
        return set()
    later = PaymentAnswer.objects.filter(kind=reading.kind, file__account=reading.account, made_at__gt=reading.made_at)
    return {key for said in later.values_list("said", flat=True) for key in said} & set(keys)


def statement_frees(row: Disbursement) -> bool:
    """Whether no former transfer of this payment in a file holds the next one back (`rules.freed`)."""
    return not unproved([row])


def unproved(rows: Collection[Disbursement]) -> set[int]:
    """Ids of those that a former transfer in a file holds back, until a statement or list shows that nothing moved."""
    registered = {row.pk: row.registered_at for row in rows}
    former = PaymentAttempt.objects.filter(
        disbursement__in=list(registered), state="REFUSED", sent_at__isnull=False, file__isnull=False
    )
    tried = former.select_related("file").prefetch_related("file__answers")
    return {one.disbursement_id for one in tried if not _frees(one, registered[one.disbursement_id])}


def _frees(attempt: PaymentAttempt, registered_at: datetime | None) -> bool:
    assert attempt.file is not None and attempt.settled_at is not None
    answers = list(attempt.file.answers.all())
    told = [one for one in answers if one.kind == rules.AnswerKind.CAMT_053 and one.made_at is not None]
    lists = [one for one in answers if one.kind in {rules.AnswerKind.SHEET, rules.AnswerKind.NETWORK}]
    return rules.freed(
        attempt.file.way, since=max(attempt.settled_at, registered_at or attempt.settled_at), paid_on=attempt.file.pay_on,
        statements=[rules.Shown(one.made_at, one.covers_from, one.covers_to, one.created_at) for one in told if one.made_at],
        by_person=attempt.resolved_by_id is not None,
        confirmed=any(one.said.get(attempt.key) == "REFUSED" and one.read_by_id != attempt.resolved_by_id for one in lists),
    )  # fmt: skip


def is_overdue(file: PaymentFile, now: datetime) -> bool:
    """Was its answer due before now, and is something of it still open?"""
    late = journal.open_duties(file).filter(verb="read_payment_answer", due_at__lte=now).exists()
    return late and file.lines.filter(state="SENT").exists()


def payee_change_days(institution_id: int) -> int:
    """Working days that a changed account of this institution waits: the longest of the rounds in which it is paid."""
    paid_in = Milestone.objects.filter(institution_id=institution_id).values("agreement__round")
    return max((one.days("payee_change") for one in Round.objects.filter(pk__in=paid_in)), default=TARGET_STEPS["payee_change"])


def may_see_files(user: Any) -> bool:
    """Whole payments of many are for those who see every case."""
    return accounts.sees_all(user)


def usual_way(row: Disbursement) -> Way:
    """The way in which it leaves where nobody chooses another one."""
    return Way(row.way) if row.way else row.milestone.agreement.round.policy().paying.ways[0]


def ways_of(row: Disbursement) -> tuple[Way, ...]:
    """The ways among which a registrar may choose for this payment; the one that it was tried by alone, once it was."""
    ways = row.milestone.agreement.round.policy().paying.ways
    return (Way(row.way),) if row.way and row.attempts.exists() else ways
