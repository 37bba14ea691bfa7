"""A fiscal year is closed: rehearsed (nothing is booked), closed by somebody else, booked line by line by a worker that may die."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.words import day
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Voucher
from vouchers.agreements.rules import VoucherStatus, last_day
from vouchers.ledger import actions as ledger
from vouchers.ledger import queries as money
from vouchers.settlements import queries, rules
from vouchers.settlements.models import ClosingLine, YearClosing


@transaction.atomic
def rehearse_year(*, fiscal_year: int, by: Any) -> YearClosing:
    """A table of what would expire or be carried over; no money moves. Writes: YearClosing REHEARSED with its lines, Event, Duty.
    Raises: Refused (closed already, nothing left)."""
    require(by, "vouchers.rehearse_year")
    if YearClosing.objects.filter(fiscal_year=fiscal_year, status__in=["CLOSING", "CLOSED"]).exists():
        raise Refused(_("This fiscal year was closed already."), "closed", "fiscal_year")
    shares = queries.shares(fiscal_year)
    if not shares:
        raise Refused(_("Nothing is left in any pot of this fiscal year."), "nothing_left", "fiscal_year")
    row = YearClosing(
        fiscal_year=fiscal_year, digest=rules.digest(shares), rehearsed_by=by, before=money.trial_balance(fiscal_year),
        expires_won=sum(one.amount_won for one in shares if one.fate == rules.Fate.EXPIRE),
        carries_won=sum(one.amount_won for one in shares if one.fate == rules.Fate.CARRY),
    )  # fmt: skip
    row.save()
    ClosingLine.objects.bulk_create(
        ClosingLine(closing=row, account_id=one.account, fate=one.fate, amount_won=one.amount_won) for one in shares
    )
    journal.record(
        "year.rehearsed", row, by=by, to=row.status,
        data={"fiscal_year": str(fiscal_year), "expires_won": row.expires_won, "carries_won": row.carries_won},
    )  # fmt: skip
    journal.open_duty(
        row, "close_year", title_ko=f"{fiscal_year} 회계연도 마감", title_en=f"Close the fiscal year {fiscal_year}",
        url=f"/admin/vouchers/yearclosing/{row.pk}/change/", role="MINISTRY_APPROVER", by=by,
    )  # fmt: skip
    return row


@transaction.atomic
def close_year(*, closing_id: int, by: Any) -> YearClosing:
    """Somebody else than rehearsed it closes exactly that table, once the year is over and nothing is under way.

    Writes: YearClosing CLOSING, Account.closed_in, Event; the lines are booked by `go_on_closing`. Raises: Refused, NotAllowed.
    """
    row = _lock(closing_id)
    require(by, "vouchers.close_year")
    before, row.status = row.status, rules.CLOSING_LIFECYCLE.step(row.status, "close_year")
    if by.pk == row.rehearsed_by_id:
        raise NotAllowed(_("Somebody else than rehearsed it closes the year."), "four_eyes")
    if not rules.over(row.fiscal_year, clock.today()):
        raise Refused(
            _("The year is closed once it is over, after %(day)s.") % {"day": day(last_day(row.fiscal_year))}, "not_over"
        )
    ledger.hold_year(year=row.fiscal_year)  # who pays of them just now is waited for, and seen
    if numbers := queries.moving(row.fiscal_year):
        raise Refused(
            _("A payment is under way: %(numbers)s. Close the year once it is settled.") % {"numbers": ", ".join(numbers)},
            "moving",
        )
    if numbers := queries.undecided(row.fiscal_year):
        raise Refused(
            _("A carry-over is not decided: %(numbers)s. Decide about it before the year is closed.")
            % {"numbers": ", ".join(numbers)},
            "undecided",
        )
    if rules.digest(queries.shares(row.fiscal_year)) != row.digest:
        raise Refused(_("Something moved since it was rehearsed. Discard this table and rehearse again."), "moved_since")
    row.closed_by, row.closed_at, row.before = by, clock.now(), money.trial_balance(row.fiscal_year)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "year_closing_once" not in str(error):
            raise
        raise Refused(_("This fiscal year was closed already."), "closed") from error
    ledger.shut_year(year=row.fiscal_year)
    journal.record("year.closing", row, by=by, frm=before, to=row.status, data={"digest": row.digest})
    journal.close_duty(row, "close_year", by=by)
    return row


@transaction.atomic
def discard_rehearsal(*, closing_id: int, by: Any) -> YearClosing:
    """The table is of no use any more. Writes: YearClosing DISCARDED, Event."""
    row = _lock(closing_id)
    require(by, "vouchers.rehearse_year")
    before, row.status = row.status, rules.CLOSING_LIFECYCLE.step(row.status, "discard_rehearsal")
    row.save()
    journal.record("year.discarded", row, by=by, frm=before, to=row.status)
    journal.close_duties(row, by=by)
    return row


def go_on_closings() -> int:
    """Every year that is being closed; one that cannot go on is noted and holds up no other. Returns: lines that were booked."""
    return journal.each("settlements.go_on_closings", queries.under_way(), lambda pk: go_on_closing(closing_id=pk))


def go_on_closing(*, closing_id: int) -> int:
    """Books what is not booked yet, each line in a transaction of its own, then ends it. A worker that is killed leaves whole lines;
    the next one goes on. Returns: lines that were booked now."""
    done = 0
    while (line_id := queries.next_line(YearClosing.objects.get(pk=closing_id))) is not None:
        done += _book(line_id)
    _finish(closing_id)
    return done


@transaction.atomic
def _book(line_id: int) -> bool:
    """Looks again once the line is locked. Writes: ledger EXPIRED or CARRIED, Voucher, ClosingLine."""
    ClosingLine.objects.select_for_update().get(pk=line_id)
    line = ClosingLine.objects.select_related("closing", "closing__closed_by", "account").get(pk=line_id)
    if line.booked_at is not None:
        return False
    _end_award(line)
    if not _ends_voucher(line):
        left_won = money.locked_pot(line.account)[0]  # a voucher may have run out since: what it let expire is not booked twice
        if amount_won := min(line.amount_won, left_won):
            book = ledger.carry if line.fate == rules.Fate.CARRY else ledger.expire_pot
            book(
                account_id=line.account_id, year=line.closing.fiscal_year, amount_won=amount_won, by=line.closing.closed_by
            )  # fmt: skip
    line.booked_at = clock.now()
    line.save()
    return True


def _end_award(line: ClosingLine) -> None:
    """An award of which nothing is carried over ends with its year, and so does an agreement that nobody signed: its money is gone."""
    if line.account.kind == "RESERVED" and not _carried(line):
        agreements.end_with_year(application_ref=line.account.owner_ref, year=line.closing.fiscal_year)


def _carried(line: ClosingLine) -> bool:
    return line.closing.lines.filter(account=line.account_id, fate=rules.Fate.CARRY).exists()


def _ends_voucher(line: ClosingLine) -> bool:
    """A valid voucher of which nothing is carried over ends with its year, and its people are told."""
    if line.account.kind != "COMMITTED" or _carried(line):
        return False
    voucher = Voucher.objects.filter(ref=line.account.owner_ref, status=VoucherStatus.ISSUED).first()
    return voucher is not None and agreements.expire_voucher(voucher_id=voucher.pk) > 0


@transaction.atomic
def _finish(closing_id: int) -> None:
    """Every line is booked: the trial balance is taken again. Writes: YearClosing CLOSED, Event."""
    row = _lock(closing_id)
    if row.status != rules.ClosingStatus.CLOSING or queries.next_line(row) is not None:
        return
    row.after = money.trial_balance(row.fiscal_year)
    assert rules.same_money(row.before, row.after, row.expires_won), "closing a year neither makes nor loses money"
    row.status = rules.CLOSING_LIFECYCLE.step(row.status, "finish_closing")
    row.save()
    journal.record(
        "year.closed",
        row,
        by=None,
        frm="CLOSING",
        to=row.status,
        data={"expires_won": row.expires_won, "carries_won": row.carries_won},
    )


def _lock(closing_id: int) -> YearClosing:
    YearClosing.objects.select_for_update().get(pk=closing_id)
    return YearClosing.objects.get(pk=closing_id)
