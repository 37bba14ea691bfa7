"""What every action of the room does on its way: lock, step, record, owe, settle. Nobody else calls these."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from vouchers.access import notices, queries, rules
from vouchers.access.models import AccessRequest, EthicsReview, JointReview, Review, SiteParticipation
from vouchers.rounds.rules import TARGET_STEPS

R, E, D = rules.RequestStatus, rules.EthicsStatus, rules.DrbStatus


def days(request: AccessRequest, step: str) -> int:
    """Target working days of the round (of the need), else the programme's usual ones."""
    programme = request.case.need.round
    return programme.days(step) if programme is not None else TARGET_STEPS[step]


def record(name: str, request: AccessRequest, *, by: Any, frm: str = "", to: str = "", reason: str = "", **data: Any) -> None:
    journal.record(name, request, by=by, frm=frm, to=to, reason=reason, organisations=request.organisation_ids(), data=data)


def lock(request_id: int) -> AccessRequest:
    """The row locked; before it the joint review and the site that it takes part in, always in this order."""
    list(JointReview.objects.select_for_update(of=("self",)).filter(sites__request_id=request_id))
    list(SiteParticipation.objects.select_for_update().filter(request_id=request_id))
    AccessRequest.objects.select_for_update().get(pk=request_id)
    return AccessRequest.objects.select_related(
        "case", "case__company", "case__company__organisation", "case__need", "case__need__round",
        "institution", "institution__organisation", "board", "board__organisation", "ethics", "data_review",
    ).get(pk=request_id)  # fmt: skip


def move(request: AccessRequest, verb: str, *, by: Any, reason: str = "", **data: Any) -> None:
    before = request.status
    request.status = rules.LIFECYCLE.step(request.status, verb)
    request.save()
    record(f"access_request.{PAST[verb]}", request, by=by, frm=before, to=request.status, reason=reason, **data)


PAST = {
    "submit_request": "submitted", "request_supplement": "supplement_requested", "supply_supplement": "supplied",
    "start_review": "review_started", "allow": "allowed", "refuse": "refused", "prepare": "preparation_started",
    "provide": "provided", "confirm_receipt": "receipt_confirmed", "end_use": "use_ended",
    "confirm_destruction": "destruction_confirmed", "withdraw": "withdrawn",
}  # fmt: skip


def owe_start(request: AccessRequest, by: Any) -> None:
    if request.board.organisation_id:
        journal.open_duty(
            request,
            "start_review",
            title_ko=f"데이터 활용신청 서류를 확인해 주십시오: {request.case.title}",
            title_en=f"Check the papers of an access request: {request.case.title}",
            url=f"/access/requests/{request.ref}/",
            due_in=days(request, "access_papers"),
            organisation=request.board.organisation,
            role="PROVIDER_DRB_SECRETARY",
            by=by,
        )


def board(request: AccessRequest) -> Any:
    """The organisation whose boards decide; a board without an organisation has nobody who could."""
    if request.board.organisation is None:
        raise NotAllowed
    return request.board.organisation


def holder(request: AccessRequest) -> Any:
    """The organisation that holds the data; without one, nobody may act for it."""
    if request.institution.organisation is None:
        raise NotAllowed
    return request.institution.organisation


def require_in_review(request: AccessRequest, verb: str) -> None:
    """Boards decide, and letters come in, while the request is in review: not before, not after a withdrawal."""
    if request.status != R.IN_REVIEW:
        raise IllegalStep("access_request", request.status, verb)


def start_ethics(request: AccessRequest, by: Any) -> None:
    ethics = request.ethics
    if ethics.status != E.NOT_STARTED:
        return
    step = rules.ETHICS_STEPS[ethics.route]
    ethics.status = rules.ETHICS_LIFECYCLE.step(ethics.status, "start")
    ethics.started_at = clock.now()
    ethics.due_at = workdays.due_at(clock.now(), days(request, step))
    ethics.save()
    record("ethics_review.started", request, by=by, frm=E.NOT_STARTED, to=ethics.status)
    owe(
        request,
        "decide_ethics",
        "IRB_LIAISON",
        "IRB 심의 결과를 입력해 주십시오",
        "Enter the IRB decision",
        ethics.due_at,
        by,
    )


def start_drb_clock(request: AccessRequest, by: Any, step: str) -> None:
    review = request.data_review
    review.started_at = review.started_at or clock.now()
    review.due_at = workdays.due_at(clock.now(), days(request, step))
    review.save()
    owe(
        request, "decide_drb", "PROVIDER_DRB_SECRETARY", "DRB 심의 결과를 입력해 주십시오", "Enter the DRB decision",
        review.due_at, by,
    )  # fmt: skip


def pause(request: AccessRequest, review: Review, verb: str, by: Any) -> None:
    """The board waits for the company: its clock stands (domain.md §6, ⏸). verb: what the board owes."""
    review.paused_at = clock.now()
    review.save()
    journal.pause_duty(request, verb, by=by)


def resume(request: AccessRequest, review: Review, verb: str, by: Any) -> None:
    """The clock runs again; the due day moves by the working days that it stood."""
    if review.paused_at is not None:
        stood = workdays.working_days_between(clock.to_kst(review.paused_at).date(), clock.today())
        review.paused_days += stood
        if review.due_at is not None:
            review.due_at = workdays.due_at(review.due_at - timedelta(days=1), stood)
    review.paused_at = None
    review.save()
    journal.resume_duty(request, verb, by=by)


def owe_revision(request: AccessRequest, verb: str, board: str, by: Any) -> None:
    """The company has the ball. board: IRB or DRB."""
    journal.open_duty(
        request, verb, title_ko=f"{board} 보완 요청에 답해 주십시오: {request.institution.name_ko}, {request.case.title}",
        title_en=f"Revise for the {board}: {request.institution.name_en}, {request.case.title}",
        url=f"/access/requests/{request.ref}/",
        due_in=days(request, "supplement"), organisation=request.case.company.organisation, by=by,
    )  # fmt: skip


def owe(request: AccessRequest, verb: str, role: str, ko: str, en: str, due: Any, by: Any) -> None:
    if request.board.organisation_id:
        journal.open_duty(
            request, verb, title_ko=f"{ko}: {request.case.title}", title_en=f"{en}: {request.case.title}",
            url=f"/access/requests/{request.ref}/", due_at=due, organisation=request.board.organisation, role=role,
            by_mail=verb != "decide_drb", by=by,  # its secretary has just begun the review
        )  # fmt: skip


def step_drb(request: AccessRequest, verb: str, *, by: Any, reason: str = "", **data: Any) -> None:
    review = request.data_review
    before, review.status = review.status, rules.DRB_LIFECYCLE.step(review.status, verb)
    if verb == "refuse_letter":
        forget_letter(review)
    if review.status in rules.DRB_ALLOWS or review.status == D.REFUSED:
        data |= decided_on(review, request)
    review.save()
    record(f"data_review.{DRB_PAST[verb]}", request, by=by, frm=before, to=review.status, reason=reason, **data)


DRB_PAST = {
    "receive": "received", "await_joint": "joint_awaited", "file_letter": "letter_filed", "recognise": "recognised",
    "refuse_letter": "letter_refused", "start": "started", "ask_supplement": "supplement_requested",
    "resubmit": "resubmitted", "waive": "waived", "approve": "approved", "refuse": "refused", "adopt": "adopted",
    "object": "objected", "opt_out": "opted_out", "fall_back": "fallen_back",
}  # fmt: skip


def check_decision(number: str, decided_on: date) -> None:
    if not number.strip():
        raise Refused(_("A decision has a number. Copy it from the letter."), "number_missing", "number")
    if decided_on > clock.today():
        raise Refused(_("The decision date lies in the future. Copy it from the letter."), "date_future", "decided_on")


def step_ethics(request: AccessRequest, verb: str, *, by: Any, reason: str = "") -> None:
    ethics = request.ethics
    before, ethics.status = ethics.status, rules.ETHICS_LIFECYCLE.step(ethics.status, verb)
    ethics.reason = reason
    if verb == "refuse_letter":
        forget_letter(ethics)
    seen: dict[str, str] = {}
    if ethics.status in rules.ETHICS_ALLOWS or ethics.status == E.DISAPPROVED:
        close(ethics, by)
        seen = decided_on(ethics, request)
    ethics.save()
    past = {
        "confirm_exemption": "exemption_confirmed", "approve": "approved", "disapprove": "disapproved",
        "revise": "revision_requested", "resubmit": "resubmitted", "refuse_letter": "letter_refused", "expire": "expired",
    }[verb]  # fmt: skip
    record(f"ethics_review.{past}", request, by=by, frm=before, to=ethics.status, reason=reason, number=ethics.number, **seen)


def decided_on(review: Review, request: AccessRequest) -> dict[str, str]:
    """The decision stands on the dossier that this institution received last; its hash goes into the event."""
    review.dossier = queries.handed_over(request)
    return {"dossier": review.dossier.content_hash} if review.dossier else {}


def forget_letter(review: Review) -> None:
    """A letter that was refused decides nothing: its number stays in the journal, not on the review."""
    review.number = review.board_name = ""
    review.decided_on = review.document = None
    if isinstance(review, EthicsReview):
        review.valid_from = review.valid_to = None


def close(review: Review, by: Any) -> None:
    review.started_at = review.started_at or clock.now()
    review.closed_at = clock.now()
    review.decided_by = by


def settle(request: AccessRequest, by: Any) -> None:
    """Both tracks allow → the request is allowed; one refuses → it is refused. Idempotent."""
    if request.status != R.IN_REVIEW:
        return
    if _both_allow(request):
        move(request, "allow", by=by)
        if request.institution.organisation_id:
            journal.open_duty(
                request, "provide_data",
                title_ko=f"데이터를 추출·가명처리하여 제공해 주십시오: {request.case.title}",
                title_en=f"Extract, pseudonymise and provide the data: {request.case.title}",
                url=f"/access/requests/{request.ref}/", due_in=days(request, "provision"),
                organisation=request.institution.organisation, role="PROVIDER_MANAGER", by=by,
            )  # fmt: skip
        notices.both_allow(request)
    elif request.ethics.status == E.DISAPPROVED or request.data_review.status == D.REFUSED:
        reason = request.ethics.reason if request.ethics.status == E.DISAPPROVED else request.data_review.reason
        request.reason = reason
        move(request, "refuse", by=by, reason=reason)
        stop_clocks(request)
        journal.close_duties(request, by=by)


def _both_allow(request: AccessRequest) -> bool:
    ethics = request.ethics
    return rules.both_allow(ethics.status, request.data_review.status, valid_to=ethics.valid_to, today=clock.today())


def stop_clocks(request: AccessRequest) -> None:
    """The request ended before a track was decided: nobody waits for that board any more."""
    for review in (request.ethics, request.data_review):
        if review.started_at is not None and review.closed_at is None:
            review.closed_at = clock.now()
            review.save()


def require_both(request: AccessRequest) -> None:
    if not _both_allow(request):
        raise Refused(
            _("Nothing may be provided before both the IRB and the DRB of this institution allow it, and while both are valid."),
            "tracks_not_open",
        )
