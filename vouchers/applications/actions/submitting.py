"""Certify, submit, answer a supplement, withdraw."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from portal.accounts import actions as accounts
from portal.accounts.models import User
from portal.accounts.queries import representatives_of
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.journal.models import Duty, Event
from portal.kit import clock
from portal.kit.access import require
from portal.kit.errors import Refused, Stale
from portal.kit.words import korean
from vouchers.applications import notices, queries, rules
from vouchers.applications.actions import asking
from vouchers.applications.actions.deciding import store_findings
from vouchers.applications.actions.drafting import locked, open_submit_duty, refresh_amounts, refuse_unless_open, take_only_match
from vouchers.applications.actions.late import use
from vouchers.applications.models import Application, Certification
from vouchers.rounds.rules import Phase


@transaction.atomic
def certify(
    *, application_id: int, by: User, declaration: bool | str = True, arrived_at: datetime | None = None
) -> Certification:
    """A representative stands for the content as it is now; any later change asks again.

    declaration: True, or the content hash that was shown (another content is Stale). arrived_at: as in submit. Writes:
    Certification, Event, notice to joint representatives who have not certified yet. Raises: Refused, Stale, NotAllowed.
    """
    application = locked(application_id)
    require(by, "vouchers.submit_application", application)
    if application.status != rules.ApplicationStatus.DRAFT:
        raise Refused(_("The application was handed in already."), "already_submitted")
    refuse_unless_open(application.round, application.company_id, application.track_id, arrived_at)
    _refuse_incomplete(application)
    certification, _event = _certify(application, by, declaration)
    waiting = _not_certified(application, certification.content_hash)
    if waiting:
        notices.certification_asked(application, waiting, by)
    return certification


def _certify(application: Application, by: User, declaration: bool | str) -> tuple[Certification, Event]:
    content_hash = queries.content_hash(application)
    if not declaration:
        raise Refused(_("Confirm the declaration before you submit."), "not_declared", "declaration")
    if isinstance(declaration, str) and declaration != content_hash:
        raise Stale()
    if not representatives_of(application.company.organisation).filter(pk=by.pk).exists():
        raise Refused(_("Only a representative of the company certifies the application."), "not_representative")
    found = Certification.objects.filter(application=application, user=by).first()
    certification = found or Certification(application=application, user=by)
    certification.content_hash = content_hash
    certification.save()
    event = journal.record(
        "application.certified", application, by=by, organisations=application.organisation_ids(),
        data={"content_hash": content_hash},
    )  # fmt: skip
    return certification, event


def _not_certified(application: Application, content_hash: str) -> list[User]:
    if not application.company.joint_representation:
        return []
    return [s.user for s in queries.signers(application, content_hash) if s.certified_at is None]


def _refuse_incomplete(application: Application) -> None:
    lacking = [view for view in queries.progress(application).sections if view.missing]
    if lacking:
        names = ", ".join(str(view.key.label) for view in lacking)
        raise Refused(_("Not complete yet: %(sections)s. Open each to see what is missing.") % {"sections": names}, "incomplete")


@transaction.atomic
def submit(*, application_id: int, by: User, declaration: bool | str = True, arrived_at: datetime | None = None) -> Application:
    """Hands the application in and gives the receipt number.

    declaration: True, or the content hash that the page showed. arrived_at: when the request was here as a whole, taken
    once at the door; it alone is compared with the closing time and written down (docs/adr/0009). None, where no request
    stands behind the call: the moment at which the row is ours. Writes: Application (receipt, snapshot, status), Certification,
    consents, Event, Duty of the officer, notices. One transaction, no network. Raises: IllegalStep for a
    second click, Refused (closed, incomplete, not certified by all, a blocking rule), Stale, NotAllowed.
    """
    application = locked(application_id)
    require(by, "vouchers.submit_application", application)
    status = rules.LIFECYCLE.step(application.status, "submit")
    with queries.asked_once():
        return _submit(application, status, declaration, arrived_at, by)


def _submit(application: Application, status: str, declaration: bool | str, arrived_at: datetime | None, by: User) -> Application:
    round_ = application.round
    prefetch_related_objects([application], "sections")
    round_.refresh_from_db(fields=["status", "opens_at", "closes_at"])  # an extension may have come meanwhile
    now = arrived_at or clock.now()  # one value: the moment that is judged is the moment that is written down
    late = refuse_unless_open(round_, application.company_id, application.track_id, now)
    refresh_amounts(application)
    _refuse_incomplete(application)
    certification, certified = _certify(application, by, declaration)
    waiting = _not_certified(application, certification.content_hash)
    if waiting:
        names = ", ".join(user.get_full_name() for user in waiting)
        raise Refused(
            _("Joint representatives must certify too. Still waiting for: %(names)s.") % {"names": names}, "joint_waiting"
        )
    _refuse_blocking(application, now)
    application.status = status
    application.submitted_at, application.deadline_at, application.submitted_by = (
        now,
        late.until if late else round_.closes_at,
        by,
    )
    application.late_entry = late
    application.policy_version = queries.newest_policy(round_)
    application.company_size = queries.size_of(application.company, round_)
    application.region = application.company.region
    application.company_snapshot = snapshot(application)
    rehearsal = round_.is_rehearsal
    application.receipt_no = rules.receipt(round_.fiscal_year, _next_number(rehearsal=rehearsal), rehearsal=rehearsal)
    application.save()
    if late is not None:
        use(application, late, by)
    _record_consents(application, by)
    _hand_over(application, by, certification.content_hash, certified)
    return application


def _refuse_blocking(application: Application, now: datetime) -> None:
    found = replace(queries.facts(application), submitted_at=now)
    stopped = rules.blocking(rules.eligibility(found, queries.policy_of(application)))
    if stopped:
        reasons = " ".join(f.reason_ko if korean() else f.reason_en for f in stopped)
        raise Refused(_("This application cannot be received: %(reasons)s") % {"reasons": reasons}, "not_eligible")


def _next_number(*, rehearsal: bool) -> int:
    """A rehearsal takes no number of a real application."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", ["vouchers_rehearsal_receipt" if rehearsal else "vouchers_application_receipt"])
        return int(cursor.fetchone()[0])


def snapshot(application: Application) -> dict[str, Any]:
    """The company as it was on the day of submission."""
    company = application.company
    certificate = queries.certificate_for(application)
    return {
        "ref": company.ref,
        "name_ko": company.name_ko,
        "name_en": company.name_en,
        "brn": company.brn,
        "corporate_no": company.corporate_no,
        "opened_on": company.opened_on.isoformat(),
        "region": company.region,
        "address": company.address,
        "size": application.company_size,
        "sector": company.sector,
        "is_youth_led": company.is_youth_led,
        "tax_status": company.tax_status,
        "verification": company.verification,
        "service_email": company.service_email,
        "certificate_no": certificate.number if certificate else "",
        "certificate_valid_to": certificate.valid_to.isoformat() if certificate else None,
    }


def _record_consents(application: Application, by: User) -> None:
    answers = next(s.answers for s in application.sections.all() if s.key == rules.SectionKey.DECLARATIONS)
    said = [
        accounts.Said(
            kind=one.kind, text_version=one.version, given=bool(answers.get(rules.declaration_field(one.kind))),
            address=application.company.service_email if one.kind == "ELECTRONIC_SERVICE" else "",
        )
        for one in rules.DECLARATIONS
    ]  # fmt: skip
    accounts.give_consents(user=by, said=said, context="submission", organisation=application.company.organisation)


def _hand_over(application: Application, by: User, content_hash: str, certified: Event) -> None:
    journal.record(
        "application.submitted", application, by=by, frm=rules.ApplicationStatus.DRAFT, to=application.status,
        policy_version=application.policy_version.number if application.policy_version else None,
        organisations=application.organisation_ids(),
        data={"receipt_no": application.receipt_no, "content_hash": content_hash, "grant_won": application.grant_won},
        after=certified,
    )  # fmt: skip
    journal.close_duties(application, by=by)
    journal.open_duty(
        application, "begin_check", title_ko=f"요건검토 시작: {application}",
        title_en=f"Begin the eligibility check: {application}",
        url=admin_url(application), due_in=queries.policy_of(application).days("eligibility"),
        role=Role.MINISTRY_OFFICER, anew=True, by=by,
    )  # fmt: skip
    notices.application_received(application, [row.document for row in queries.current_documents(application)])


def admin_url(application: Application) -> str:
    """Where officers decide about this application."""
    return f"/admin/vouchers/application/{application.pk}/change/"


# ── After the submission ─────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def supply_supplement(*, application_id: int, by: User) -> Application:
    """Hands the answered supplement back; the rules are asked again. Writes: Application, EligibilityCheck, Event, Duty.

    Raises: Refused while something is still missing, IllegalStep, NotAllowed.
    """
    application = locked(application_id)
    require(by, "vouchers.submit_application", application)
    before, status = application.status, rules.LIFECYCLE.step(application.status, "supply_supplement")
    unanswered = [v for v in queries.progress(application).sections if v.state == rules.SectionState.NEEDS_WORK]
    if unanswered:
        names = ", ".join(str(view.key.label) for view in unanswered)
        raise Refused(
            _("These sections are not answered yet: %(sections)s. Open each and save it.") % {"sections": names},
            "supplement_unanswered",
        )
    _refuse_incomplete(application)
    answered = asking.close_items(application, supplied=True)
    application.status, application.supplement_sections, application.handed_in = status, [], {}
    application.save()
    journal.record(
        "application.supplement_supplied", application, by=by, frm=before, to=status,
        organisations=application.organisation_ids(), data={"content_hash": queries.content_hash(application), **({"answered": answered} if answered else {})},
    )  # fmt: skip
    store_findings(application)
    for verb in ("supply_supplement", "resume_check"):  # late, but nobody took the check up in the meantime
        journal.close_duty(application, verb, by=by)
    journal.resume_duty(application, "decide_eligibility", by=by)
    return application


@transaction.atomic
def withdraw(
    *, application_id: int, reason: str, by: User | None, award_declined: bool = False, reason_en: str = ""
) -> Application:
    """The company takes the application back. reason: may be empty for a draft only; reason_en: of one that the portal gives.

    award_declined: evaluation releases the award first and says so here; without it a selected application is declined
    on its award's page. Writes: Application, Event, Duty, notice. Raises: Refused, IllegalStep, NotAllowed.
    """
    application = locked(application_id)
    require(by, "vouchers.withdraw_application", application)
    before, status = application.status, rules.LIFECYCLE.step(application.status, "withdraw")
    if before == rules.ApplicationStatus.SELECTED and by is not None and not award_declined:
        raise Refused(_("This application was selected. Decline the award instead; its money is then released."), "has_award")
    if before != rules.ApplicationStatus.DRAFT and not reason.strip():
        raise Refused(_("Say why you withdraw."), "reason_missing", "reason")
    application.status, application.decision_reason = status, reason.strip()
    application.save()
    asking.close_items(application, supplied=False)
    journal.record(
        "application.withdrawn", application, by=by, frm=before, to=status, reason=reason.strip(),
        organisations=application.organisation_ids(), data={"reason_en": reason_en} if reason_en else None,
    )  # fmt: skip
    journal.close_duties(application, by=by)
    if before != rules.ApplicationStatus.DRAFT and not award_declined:  # evaluation tells what became of the award
        notices.application_withdrawn(application, reason_en or application.decision_reason)
    return application


def sync_matches(*, now: datetime) -> int:
    """Drafts whose only match was confirmed after they were begun stand on it. Idempotent (sweep).

    Each in its own transaction. Returns how many. Writes: ApplicationMatch, amounts, Event.
    """
    return sum(_sync_match(pk) for pk in queries.waiting_for_a_match(now))


@transaction.atomic
def _sync_match(application_id: int) -> bool:
    application = locked(application_id)
    open_ = application.status == rules.ApplicationStatus.DRAFT and application.round.phase == Phase.OPEN
    return open_ and take_only_match(application, None)


@transaction.atomic
def sync_deadlines(*, now: datetime) -> int:
    """Drafts follow their round: an extension moves the duty's due day, a closed round ends it. Idempotent (sweep).

    Returns how many duties changed. Writes: Duty.
    """
    changed = 0
    duties = {d.subject_ref: d for d in Duty.objects.filter(verb="submit_application", closed_at__isnull=True)}
    drafts = Application.objects.filter(ref__in=duties).select_related("round", "track", "company__organisation")
    for application in drafts:
        duty = duties[application.ref]
        if application.round.phase != Phase.ANNOUNCED and not queries.is_open_for(application):
            changed += journal.close_duty(application, "submit_application", by=None)
        elif duty.due_at != queries.closes_at(application):
            open_submit_duty(application, queries.closes_at(application), None)
            changed += 1
    return changed
