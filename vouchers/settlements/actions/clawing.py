"""Money is taken back: detected by one, noticed, heard, ordered by another, reported to the ministry, entered as a restriction."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import NotAllowed, Refused
from portal.kit.won import won
from portal.kit.words import day
from vouchers.agreements.models import Agreement
from vouchers.companies import actions as companies
from vouchers.rounds.rules import ClawbackGround, months_after
from vouchers.settlements import notices, queries, rules
from vouchers.settlements.actions.owing import close_if_paid, due_day, open_debt
from vouchers.settlements.actions.steps import claw, lock_agreement, lock_clawback, owe_clawback, require_apart
from vouchers.settlements.models import Clawback

K = rules.DebtKind


@transaction.atomic
def detect_clawback(*, agreement_id: int, organisation_id: int, ground: str, facts: str, amount_won: int, by: Any) -> Clawback:
    """A ground to take money back was found: nobody outside is told yet. organisation: the agreement's company or a provider that was
    paid; amount: whole won, 0 where a termination takes it back already and only surcharge, restriction and report are to follow.
    Writes: Clawback DETECTED, Event, Duty. Raises: Refused (nothing left to take back, another organisation)."""
    require(by, "vouchers.prepare_clawback")
    lock_agreement(agreement_id)
    agreement = Agreement.objects.select_related("company__organisation", "round", "award__application").get(pk=agreement_id)
    row = Clawback(
        agreement=agreement, company=agreement.company, round=agreement.round, organisation_id=organisation_id, ground=ground,
        facts=facts.strip(), noticed_won=amount_won, detected_by=by,
        base_won=0 if amount_won else queries.surcharged_won(agreement, organisation_id),
    )  # fmt: skip
    require_apart(row, by)
    if ground not in set(ClawbackGround):
        raise Refused(_("Choose the ground from the law's list."), "bad_ground", "ground")
    if not row.facts:
        raise Refused(_("Write what happened: it stands in the prior notice."), "facts_missing", "facts")
    _check_amount(row, amount_won)
    row.save()
    journal.record(
        "clawback.detected", row, by=by, to=row.status, reason=row.facts, data={"ground": ground, "amount_won": amount_won, "agreement": agreement.ref}
    )  # fmt: skip
    owe_clawback(
        row, "give_prior_notice", "환수 사전통지", "Give prior notice of a clawback", role="OPERATOR_CASE", by=by,
        due_in=agreement.round.days("settlement_review"),
    )  # fmt: skip
    return row


def _check_amount(row: Clawback, amount_won: int) -> None:
    most = queries.recoverable(row.agreement, row.organisation_id)
    if most is None:
        raise Refused(_("Only the agreement's company, or a provider that was paid, can owe it."), "not_a_party", "organisation")
    if row.base_won and not amount_won:
        return
    if not most and (base := queries.surcharged_won(row.agreement, row.organisation_id)):
        raise Refused(
            _("The termination takes %(base)s back of it already, and nothing is left. Enter 0 won for an order of a surcharge, a restriction and the report alone.")
            % {"base": won(base)}, "amount", "noticed_won",
        )  # fmt: skip
    if not 0 < amount_won <= most:
        raise Refused(
            _("Of what was paid %(most)s can still be taken back. Enter from 1 won up to that.") % {"most": won(most)}, "amount", "noticed_won"
        )  # fmt: skip


@transaction.atomic
def give_prior_notice(*, clawback_id: int, by: Any) -> Clawback:
    """사전통지: ground, facts and amount are told, and until when an opinion is possible. Writes: Clawback, Event, Duty, Notice."""
    row = lock_clawback(clawback_id)
    require(by, "vouchers.prepare_clawback")
    require_apart(row, by)
    _check_amount(row, row.noticed_won)  # something may have come back meanwhile
    row.noticed_on, row.opinion_until = clock.today(), due_day(row.round.policy().settling.opinion_days)
    claw(row, "give_prior_notice", "noticed", by=by, reason=row.facts, opinion_until=row.opinion_until.isoformat())
    journal.close_duty(row, "give_prior_notice", by=by)
    owe_clawback(
        row, "state_opinion", "환수 사전통지에 대한 의견 제출", "Give an opinion on a planned clawback", by=by,
        organisation=row.organisation, due_at=clock.end_of_day(row.opinion_until), url=row.get_absolute_url(),
    )  # fmt: skip
    owe_clawback(
        row, "order_clawback", "환수명령 결정", "Decide about a clawback", role="OPERATOR_FINANCE", by=by,
        due_at=clock.end_of_day(row.opinion_until + timedelta(days=row.round.policy().settling.opinion_days)),
    )  # fmt: skip
    notices.clawback_noticed(row)
    return row


@transaction.atomic
def state_opinion(*, clawback_id: int, opinion: str, document: Document | None = None, by: Any) -> Clawback:
    """의견제출, once and in time. Writes: Clawback, Event, Notice. Raises: Refused after the last day."""
    row = lock_clawback(clawback_id)
    require(by, "vouchers.state_opinion", row.organisation)
    rules.CLAWBACK_LIFECYCLE.step(row.status, "state_opinion")
    assert row.opinion_until is not None
    if clock.today() > row.opinion_until:
        raise Refused(_("The time for an opinion ended on %(day)s.") % {"day": day(row.opinion_until)}, "too_late")
    if not opinion.strip():
        raise Refused(_("Write your opinion."), "opinion_missing", "opinion")
    row.opinion, row.opinion_file, row.opinion_by, row.opinion_at = opinion.strip(), document, by, clock.now()
    claw(row, "state_opinion", "heard", by=by)
    journal.close_duty(row, "state_opinion", by=by)
    notices.clawback_heard(row)
    return row


@transaction.atomic
def order_clawback(*, clawback_id: int, amount_won: int, surcharge_times: int, reason: str, by: Any) -> Clawback:
    """환수명령, whole or in part, by somebody else than detected it, once it was heard; with the surcharge of the round's table.

    Writes: Clawback ORDERED, Debts, Event, Duties (report within the law's days; the restriction where it must be), Notice.
    Raises: Refused, NotAllowed.
    """
    lock_agreement(Clawback.objects.values_list("agreement_id", flat=True).get(pk=clawback_id))
    row = lock_clawback(clawback_id)
    require(by, "vouchers.order_clawback")
    require_apart(row, by)
    rules.CLAWBACK_LIFECYCLE.step(row.status, "order_clawback")
    if by.pk == row.detected_by_id:
        raise NotAllowed(_("Somebody else than who detected it must order it."), "four_eyes")
    policy = row.round.policy().settling
    _check_order(row, amount_won, surcharge_times, reason)
    row.must_exclude = row.is_companys and rules.must_exclude(queries.earlier_orders(row), row.ground, policy.excluded_from)
    row.ordered_won, row.surcharge_times, row.source, row.reason = amount_won, surcharge_times, policy.source, reason.strip()
    row.surcharge_won = rules.surcharge_won(amount_won + row.base_won, surcharge_times)
    row.ordered_by, row.ordered_on = by, clock.today()
    claw(
        row, "order_clawback", "ordered", by=by, reason=row.reason, ordered_won=amount_won, surcharge_won=row.surcharge_won,
        ground=row.ground, source=row.source,
    )  # fmt: skip
    journal.close_duties(row, by=by)
    _debts(row, by)
    _follow_up(row, by)
    notices.clawback_ordered(row)
    return lock_clawback(row.pk)


def _check_order(row: Clawback, amount_won: int, surcharge_times: int, reason: str) -> None:
    policy = row.round.policy().settling
    if not rules.heard(row.opinion_until, clock.today(), given=row.opinion_at is not None):
        assert row.opinion_until is not None
        raise Refused(
            _("An opinion is possible until %(day)s. Order it when one was given, or afterwards.") % {"day": day(row.opinion_until)}, "not_heard"
        )  # fmt: skip
    if not (amount_won > 0 or row.base_won) or not 0 <= amount_won <= row.noticed_won:
        raise Refused(
            _("The prior notice named %(most)s: order that, or less.") % {"most": won(row.noticed_won)}, "over_notice", "amount_won"
        )  # fmt: skip
    _check_amount(row, amount_won)
    if rules.times_fault(surcharge_times, row.ground, policy.surcharge):
        raise Refused(
            _("For this ground the round's table has at most %(times)s times the amount.") % {"times": policy.surcharge[row.ground]},
            "over_table", "surcharge_times",
        )  # fmt: skip
    if not reason.strip():
        raise Refused(_("Give the reason: it stands in the order."), "reason_missing", "reason")


def _debts(row: Clawback, by: Any) -> None:
    policy = row.round.policy().settling
    parts = ((K.CLAWBACK, row.ordered_won, policy.order_days), (K.SURCHARGE, row.surcharge_won, policy.surcharge_days))
    for kind, amount_won, days in parts:
        if amount_won:
            open_debt(
                kind=kind, clawback=row, agreement=row.agreement, organisation=row.organisation, principal_won=amount_won, due_on=due_day(days), by=by,
            )  # fmt: skip
    close_if_paid(row.pk, by=by)  # beside a termination there may be nothing to pay


def _follow_up(row: Clawback, by: Any) -> None:
    """The law's days for the report are calendar days, and none of them may be lost to a week-end."""
    last = clock.today() + timedelta(days=row.round.policy().settling.report_days)
    owe_clawback(
        row, "report_order", "환수명령 주무부처 통보", "Report a clawback to the ministry", role="OPERATOR_CASE", by=by, by_mail=True,
        due_at=clock.end_of_day(last),
    )  # fmt: skip
    if row.must_exclude:
        owe_clawback(
            row, "enter_restriction", "환수에 따른 참여제한 등록", "Enter a restriction after a clawback", role="MINISTRY_OFFICER", by=by,
            by_mail=True, due_in=row.round.days("restriction_entry"),
        )  # fmt: skip


@transaction.atomic
def report_order(*, clawback_id: int, number: str, reported_on: date, by: Any) -> Clawback:
    """The ministry was told (시행령 제14조). Writes: Clawback, Event; closes the duty. Raises: Refused (told already, a day ahead)."""
    row = lock_clawback(clawback_id)
    require(by, "vouchers.prepare_clawback")
    require_apart(row, by)
    rules.CLAWBACK_LIFECYCLE.step(row.status, "report_order")
    if row.reported_on is not None:
        raise Refused(_("This order was reported already."), "reported")
    if not number.strip():
        raise Refused(_("Enter the number of the letter."), "number_missing", "number")
    assert row.ordered_on is not None
    if not row.ordered_on <= reported_on <= clock.today():
        raise Refused(_("The report lies between the day of the order and today."), "report_day", "reported_on")
    row.reported_no, row.reported_on = number.strip()[:60], reported_on
    claw(row, "report_order", "reported", by=by, number=row.reported_no, reported_on=reported_on.isoformat())
    journal.close_duty(row, "report_order", by=by)
    return row


@transaction.atomic
def enter_restriction(*, clawback_id: int, by: Any) -> Clawback:
    """참여제한 of the company for the policy's months, into the register that every application is compared with; it counts once
    another officer put it in force. Writes: Restriction ENTERED, Clawback, Event, Duty. Raises: Refused."""
    row = lock_clawback(clawback_id)
    require(by, "vouchers.verify_company")
    require_apart(row, by)
    if row.status not in rules.ORDERED or not row.is_companys or row.restriction_id is not None:
        raise Refused(_("A restriction is entered once, of the company, after the order."), "not_to_restrict")
    today, months = clock.today(), row.round.policy().settling.excluded_months[row.ground]
    with override("ko"):  # the register's own language, whoever enters it
        ground = f"{ClawbackGround(row.ground).label} · {row.agreement.number}"[:200]
    row.restriction = companies.restrict(
        name=row.company.name_ko, ground=ground, starts_on=today,
        ends_on=months_after(today, months) - timedelta(days=1), brn=row.company.brn, corporate_no=row.company.corporate_no, by=by,
    )  # fmt: skip
    row.save()
    journal.record(
        "clawback.restriction_entered", row, by=by, organisations=row.organisation_ids(), data={"restriction": row.restriction.ref}
    )  # fmt: skip
    journal.close_duty(row, "enter_restriction", by=by)
    return row


@transaction.atomic
def drop_clawback(*, clawback_id: int, reason: str, by: Any) -> Clawback:
    """Not pursued; who was told by the notice hears it. Writes: Clawback DROPPED, Event, Notice."""
    row = lock_clawback(clawback_id)
    require(by, "vouchers.order_clawback")
    require_apart(row, by)
    if not reason.strip():
        raise Refused(_("Say why it is not pursued."), "reason_missing", "reason")
    row.reason = reason.strip()
    claw(row, "drop_clawback", "dropped", by=by, reason=row.reason)
    journal.close_duties(row, by=by)
    if row.noticed_on:
        notices.clawback_dropped(row)
    return row
