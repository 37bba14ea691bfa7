"""Certify, submit, answer a supplement, withdraw."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts import actions as accounts
from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal import actions as journal
from portal.journal.models import Duty
from portal.kit import clock, prepared
from portal.kit.access import require, source
from portal.kit.digests import network
from portal.kit.errors import Refused, Stale
from portal.kit.words import korean
from vouchers.applications import notices, queries, rules
from vouchers.applications.actions import asking
from vouchers.applications.actions.deciding import store_findings
from vouchers.applications.actions.drafting import locked, open_submit_duty, refresh_amounts, refuse_unless_open, take_only_match
from vouchers.applications.actions.late import use
from vouchers.applications.models import Application, Certification
from vouchers.rounds.rules import Phase

# the columns that a submission writes
HANDED_IN = (
    "status", "submitted_at", "deadline_at", "submitted_by", "policy_version", "company_size", "region", "company_snapshot",
    "receipt_no", "late_entry", "supply_amount_won", "vat_won", "grant_won", "own_cash_won", "own_in_kind_won", "network_digest",
)  # fmt: skip


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
    certification = _certify(application, by, declaration)
    journal.record(subject=application, by=by, **_certified(application, certification))
    waiting = _not_certified(application, certification)
    if waiting:
        notices.certification_asked(application, waiting, by)
    return certification


def _certify(application: Application, by: User, declaration: bool | str) -> Certification:
    content_hash = queries.content_hash(application)
    if not declaration:
        raise Refused(_("Confirm the declaration before you submit."), "not_declared", "declaration")
    if isinstance(declaration, str) and declaration != content_hash:
        raise Stale()
    if by not in queries.representatives(application.company.organisation):
        raise Refused(_("Only a representative of the company certifies the application."), "not_representative")
    certification = queries.certification_of(application, by)
    if certification is None:
        certification = prepared.made(Certification, application_id=application.pk, user_id=by.pk, content_hash=content_hash)
        prepared.insert([certification])
    else:
        certification.content_hash = content_hash
        certification.save()
    return certification


def _certified(application: Application, certification: Certification) -> dict[str, Any]:
    """What the journal says of it."""
    return {
        "name": "application.certified", "organisations": application.organisation_ids(),
        "data": {"content_hash": certification.content_hash},
    }  # fmt: skip


def _not_certified(application: Application, just_made: Certification) -> list[User]:
    """The joint representatives whose certification of this content is still missing, besides the one just made."""
    if not application.company.joint_representation:
        return []
    others = (s for s in queries.signers(application, just_made.content_hash) if s.user.pk != just_made.user_id)
    return [s.user for s in others if s.certified_at is None]


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
    prepared.first_row("SELECT id FROM vouchers_application WHERE id = %s FOR UPDATE", [application_id])
    return _submit_locked(application_id, by, declaration, arrived_at)


@transaction.atomic
def submit_own(*, ref: str, by: User, declaration: bool | str = True, arrived_at: datetime | None = None) -> Application | None:
    """`submit` for a page that knows an address alone: one statement asks whose the application is and locks its row.

    Returns None, with nothing written, where it is not of the person's own company: who sees more than that asks the long way.
    """
    claimed = queries.claim_own(ref, by)
    if claimed is None:
        return None
    rules.LIFECYCLE.step(claimed[1], "submit")  # the second click reads nothing
    return _submit_locked(claimed[0], by, declaration, arrived_at)


def _submit_locked(application_id: int, by: User, declaration: bool | str, arrived_at: datetime | None) -> Application:
    now = arrived_at or clock.now()  # one value: the moment that is judged is the moment that is written down
    found = queries.at_once(application_id, by, now)  # after the lock: an extension may have come while it was waited for
    require(by, "vouchers.submit_application", found.application)
    status = rules.LIFECYCLE.step(found.application.status, "submit")
    with queries.asked_once(found.known), prepared.together():
        return _submit(found, status, declaration, now, by)


def _submit(found: queries.AtOnce, status: str, declaration: bool | str, now: datetime, by: User) -> Application:
    application, round_ = found.application, found.application.round
    late = refuse_unless_open(round_, application.company_id, application.track_id, now)
    refresh_amounts(application)
    _refuse_incomplete(application)
    certification = _certify(application, by, declaration)
    waiting = _not_certified(application, certification)
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
    application.late_entry, application.network_digest = late, network(source.get())
    application.policy_version = queries.newest_policy(round_)
    application.company_size = queries.size_of(application.company, round_)
    application.region = application.company.region
    application.company_snapshot = snapshot(application)
    rehearsal = round_.is_rehearsal
    number = found.number or _next_number(rehearsal=rehearsal)
    application.receipt_no = rules.receipt(round_.fiscal_year, number, rehearsal=rehearsal)
    prepared.update(application, *HANDED_IN)
    if late is not None:
        prepared.send()  # the late entry is used by an application that is handed in
        use(application, late, by)
    _record_consents(application, by)
    _hand_over(found, by, certification)
    return application


def _refuse_blocking(application: Application, now: datetime) -> None:
    found = replace(queries.facts(application, whole=False), submitted_at=now)
    stopped = rules.blocking(found, queries.policy_of(application))
    if stopped:
        reasons = " ".join(f.reason_ko if korean() else f.reason_en for f in stopped)
        raise Refused(_("This application cannot be received: %(reasons)s") % {"reasons": reasons}, "not_eligible")


def _next_number(*, rehearsal: bool) -> int:
    """A rehearsal takes no number of a real application."""
    sequence = "vouchers_rehearsal_receipt" if rehearsal else "vouchers_application_receipt"
    found = prepared.first_row("SELECT nextval(%s::text::regclass)", [sequence])
    assert found is not None
    return int(found[0])


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


def _hand_over(found: queries.AtOnce, by: User, certification: Certification) -> None:
    application = found.application
    submitted = {
        "name": "application.submitted", "frm": rules.ApplicationStatus.DRAFT, "to": application.status,
        "policy_version": application.policy_version.number if application.policy_version else None,
        "organisations": application.organisation_ids(),
        "data": {
            "receipt_no": application.receipt_no, "content_hash": certification.content_hash, "grant_won": application.grant_won,
        },
    }  # fmt: skip
    journal.record_all(application, [_certified(application, certification), submitted], by=by, after=found.last_event)
    journal.close_duties(application, by=by)
    journal.open_duty(
        application, "begin_check", title_ko=f"요건검토 시작: {application}",
        title_en=f"Begin the eligibility check: {application}",
        url=admin_url(application), due_in=queries.policy_of(application).days("eligibility"),
        role=Role.MINISTRY_OFFICER, anew=True, by=by,
    )  # fmt: skip
    files = [row.document for row in queries.current_documents(application)]
    notices.application_received(application, files, to=found.people, wishes=found.wishes)


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
    return journal.each("applications.sync_matches", queries.waiting_for_a_match(now), _sync_match)


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
