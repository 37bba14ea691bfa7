"""The company objects to a decision, or takes its objection back."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import IllegalStep, Refused
from portal.kit.words import day
from vouchers.applications import queries as applications
from vouchers.applications.models import Application
from vouchers.objections import notices, queries, rules
from vouchers.objections.actions.steps import lock, owe_decision, step
from vouchers.objections.models import Objection, ObjectionDocument


@transaction.atomic
def file_objection(*, application_id: int, ground: str, statement: str, documents: Sequence[Document] = (), by: Any) -> Objection:
    """Against the decision that stands about the company's application, within the policy's days from its service.

    Writes: Objection with its deciders, ObjectionDocument, Event objection.filed, Duty of the reviewers, Notices.
    Raises: Refused where nothing may be attacked, out of time, without a statement, or when one is filed already.
    """
    found = Application.objects.select_for_update(of=("self",)).select_related("round", "company__organisation", "policy_version")
    application = found.get(pk=application_id)
    require(by, "vouchers.file_objection", application)
    decision = queries.decision(application)
    if decision is None:
        raise Refused(_("There is no decision about this application against which you can object."), "nothing_to_attack")
    return _file(decision, ground, statement, documents, by)


@transaction.atomic
def file_against(
    *, decision: queries.Decision, ground: str, statement: str, documents: Sequence[Document] = (), by: Any
) -> Objection:
    """Against a decision of a later room, which gathered its facts and holds the lock of its row. Writes: as file_objection."""
    require(by, "vouchers.file_objection", decision.application)
    return _file(decision, ground, statement, documents, by)


def _file(decision: queries.Decision, ground: str, statement: str, documents: Sequence[Document], by: Any) -> Objection:
    application = decision.application
    _check(decision, ground, statement)
    objection = Objection(
        event=decision.event, event_name=decision.event.name, subject_ref=application.ref, company=application.company,
        round=application.round, about=f"{application.receipt_no or application.ref} · {application.title}"[:200],
        deciders=sorted(decision.deciders), served_on=decision.served_on, open_until=decision.open_until, ground=ground,
        statement=statement.strip(), filed_by=by, status=rules.LIFECYCLE.initial,
        due_at=workdays.due_at(clock.now(), applications.policy_of(application).days("objection")),
    )  # fmt: skip
    objection.save()
    for document in documents:
        ObjectionDocument(objection=objection, document=document).save()
    journal.record(
        "objection.filed", objection, by=by, to=objection.status, organisations=objection.organisation_ids(),
        data={"application": application.ref, "event": decision.event.name},
    )  # fmt: skip
    owe_decision(objection, by)
    notices.filed(objection)
    return objection


def _check(decision: queries.Decision, ground: str, statement: str) -> None:
    if not rules.in_time(decision.open_until, clock.now()):
        assert decision.open_until is not None
        raise Refused(
            _("The time to object ended on %(day)s. The appeals and suits that the decision names may still be open.")
            % {"day": day(decision.open_until)},
            "too_late",
        )
    if ground not in set(rules.Ground):
        raise Refused(_("Choose the ground of the objection."), "bad_ground", "ground")
    if not statement.strip():
        raise Refused(_("Say what is wrong with the decision, and what you ask for."), "statement_missing", "statement")
    if Objection.objects.counting().filter(event=decision.event, company_id=decision.application.company_id).exists():
        raise Refused(_("You have objected to this decision already. Look at your objection."), "filed_already")


@transaction.atomic
def withdraw(*, objection_id: int, by: Any) -> Objection:
    """The company takes it back while nothing is decided; within the days it may object anew. Writes: Objection, Event, Notice."""
    objection = lock(objection_id)
    require(by, "vouchers.file_objection", objection)
    if objection.status not in rules.LIVE:
        raise IllegalStep("objection", objection.status, "withdraw")
    step(objection, "withdraw", "objection.withdrawn", by=by)
    journal.close_duties(objection, by=by)
    notices.withdrawn(objection)
    return objection
