"""What every verb of the room does: lock, step, record, owe."""

from typing import Any

from portal.accounts.rules import Role
from portal.journal import actions as journal
from vouchers.objections import notices, rules
from vouchers.objections.models import Objection


def lock(objection_id: int) -> Objection:
    return (
        Objection.objects.select_for_update(of=("self",))
        .select_related("company__organisation", "round", "event")
        .get(pk=objection_id)
    )


def step(objection: Objection, verb: str, event: str, *, by: Any, reason: str = "", **data: Any) -> None:
    """Steps the lifecycle, saves, records."""
    before = objection.status
    objection.status = rules.LIFECYCLE.step(before, verb)
    objection.save()
    journal.record(
        event, objection, by=by, frm=before, to=objection.status, reason=reason, organisations=objection.organisation_ids(),
        data=data,
    )  # fmt: skip


def owe(objection: Objection, verb: str, role: str, ko: str, en: str, *, by: Any, url: str = "", **due: Any) -> None:
    """due: due_at or due_in as `journal.open_duty`."""
    journal.open_duty(
        objection, verb, title_ko=f"{ko}: {objection.about}", title_en=f"{en}: {objection.about}",
        url=url or notices.desk(objection), role=role, by=by, **due,
    )  # fmt: skip


def owe_decision(objection: Objection, by: Any) -> None:
    """The reviewers owe the decision by its due day; opened again, it moves the day."""
    owe(
        objection, "decide_objection", Role.OBJECTION_REVIEWER, "이의신청 심사", "Decide the objection", by=by,
        due_at=objection.due_at,
    )  # fmt: skip
