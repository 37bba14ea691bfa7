"""Changes of an announced call: numbered, with reasons in both languages, told to everybody concerned."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation, User
from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.rounds import notices, rules
from vouchers.rounds.actions.prepare import not_below_ledger
from vouchers.rounds.models import Amendment, PolicyVersion, Round


@transaction.atomic
def amend(
    *,
    round_id: int,
    reason_ko: str,
    reason_en: str,
    facts: Mapping[str, Any] | None = None,
    target_days: Mapping[str, int] | None = None,
    by: User | None,
) -> Amendment:
    """The next amendment of an announced call. facts: of AMENDABLE, money in whole won; target_days: step → working days.

    Target days make a new policy version; an application keeps the one under which it was handed in. Writes: Amendment, Round,
    PolicyVersion (frozen), Event (public), Notices to those who work on it; applicants are told by applications' sweep.
    Raises: Refused (nothing changes, a reason is missing, earlier close, a budget below the ledger's …), IllegalStep, NotAllowed.
    """
    row = Round.objects.select_for_update().get(pk=round_id)
    require(by, "vouchers.announce_round")
    status = rules.LIFECYCLE.step(row.status, "amend")
    for name, reason in (("reason_ko", reason_ko), ("reason_en", reason_en)):
        if not reason.strip():
            raise Refused(_("Write the reason in both languages: everybody reads it."), "reason_missing", name)
    amendment = _amendment(row, dict(facts or {}), dict(target_days or {}), by)
    amendment.reason_ko, amendment.reason_en = reason_ko.strip(), reason_en.strip()
    amendment.save()
    _apply(row, amendment, dict(facts or {}), dict(target_days or {}))
    version = row.policy_version()
    journal.record(
        "round.amended", row, by=by, frm=status, to=status, reason=amendment.reason_ko, public=not row.is_rehearsal,
        data={"number": amendment.number, "changed": [one["what"] for one in amendment.changes]},
        policy_version=version.number if version else None,
    )  # fmt: skip
    if row.closes_at and row.closes_at > clock.now():
        journal.close_duty(row, "begin_evaluation", by=by)
    notices.round_amended(amendment)
    return amendment


def _amendment(row: Round, facts: dict[str, Any], target_days: dict[str, int], by: User | None) -> Amendment:
    """What changes from what to what, not stored yet. Raises: Refused."""
    version = row.policy_version()
    assert version is not None, "an announced round has a policy (trigger)"
    before = {name: getattr(row, name) for name in rules.AMENDABLE}
    days = rules.parse_policy(version.body).target_days
    known = {**before, **{f"{rules.TARGET}{step}": n for step, n in days.items()}}
    try:
        changes = rules.amended(known, {**facts, **{f"{rules.TARGET}{step}": n for step, n in target_days.items()}})
    except KeyError:
        raise Refused(_("This cannot change after the announcement."), "not_amendable") from None
    if not changes:
        raise Refused(_("Nothing would change."), "nothing_changed")
    fault, field = rules.amendment_fault(before, {**before, **facts}, status=row.status, now=clock.now())
    if fault:
        raise Refused(rules.AMENDMENT_FAULTS[fault], fault, field)
    number = Amendment.objects.filter(round=row).count() + 1
    policy = version.number + 1 if any(one["what"].startswith(rules.TARGET) for one in changes) else None
    return Amendment(round=row, number=number, changes=changes, policy_number=policy, made_by=by, made_at=clock.now())


def _apply(row: Round, amendment: Amendment, facts: dict[str, Any], target_days: dict[str, int]) -> None:
    for name, value in facts.items():
        setattr(row, name, value)
    with not_below_ledger():
        row.save()
    if amendment.policy_number is None:
        return
    last = row.policy_version()
    assert last is not None
    body = {**last.body, "target_days": {**rules.parse_policy(last.body).target_days, **target_days}}
    PolicyVersion(
        round=row, number=amendment.policy_number, body=body, reason=amendment.reason_ko, frozen_at=amendment.made_at
    ).save()


@transaction.atomic
def tell_amendment(*, amendment_id: int, organisations: Iterable[Organisation], now: datetime) -> Amendment:
    """Called by applications: organisations are those with a draft or an application in the round.

    Writes: Notices, one a person and amendment, Amendment.told_at once. Idempotent.
    """
    row = Amendment.objects.select_for_update(of=("self",)).select_related("round").get(pk=amendment_id)
    if row.told_at is None:
        for organisation in organisations:
            notices.round_amended(row, organisation)
        row.told_at = now
        row.save(update_fields=["told_at"])
    return row
