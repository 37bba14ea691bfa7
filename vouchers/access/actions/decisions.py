"""The boards: outside letters, IRB and DRB decisions. Every decision has who, when, number and reason."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.models import Document
from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from vouchers.access import notices, rules
from vouchers.access.actions.dossier import hand_over
from vouchers.access.actions.steps import (
    board,
    check_decision,
    close,
    days,
    lock,
    owe,
    owe_revision,
    pause,
    record,
    require_in_review,
    resume,
    settle,
    step_drb,
    step_ethics,
)
from vouchers.access.models import AccessRequest, EthicsReview, Review

R, E, D = rules.RequestStatus, rules.EthicsStatus, rules.DrbStatus


@transaction.atomic
def file_letter(
    *, request_id: int, track: str, board_name: str, number: str, decided_on: date, document: Document,
    exemption: bool = False, valid_to: date | None = None, by: Any,
) -> AccessRequest:  # fmt: skip
    """The company files a decision that another board took; it counts once who keeps that track's book confirms it.

    track: IRB or DRB. Writes: the review, Event, Duty. Raises: Refused for a future date or a missing number.
    """
    request = lock(request_id)
    require(by, "vouchers.request_access", request.case)
    require_in_review(request, "file_letter")
    check_decision(number, decided_on)
    if valid_to is not None and valid_to < decided_on:
        raise Refused(_("The validity ends before the decision. Mend one of the two dates."), "valid_to", "valid_to")
    review: Review = request.ethics if track == "IRB" else request.data_review
    table = rules.ETHICS_LIFECYCLE if track == "IRB" else rules.DRB_LIFECYCLE
    before, review.status = review.status, table.step(review.status, "file_letter")
    review.board_name, review.number, review.decided_on, review.document = (
        board_name,
        number.strip(),
        decided_on,
        document,
    )
    if isinstance(review, EthicsReview):
        if exemption or review.route == rules.EthicsRoute.EXEMPTION:  # what the letter says, not what was expected
            review.route = rules.EthicsRoute.EXEMPTION if exemption else rules.EthicsRoute.FULL
        review.valid_from, review.valid_to = decided_on, valid_to
    review.save()
    name = "ethics_review" if track == "IRB" else "data_review"
    record(f"{name}.letter_filed", request, by=by, frm=before, to=review.status, number=number.strip())
    owe(
        request, f"confirm_{track.lower()}_letter", "IRB_LIAISON" if track == "IRB" else "PROVIDER_DRB_SECRETARY", "외부 심의 결과서를 확인해 주십시오",
        "Confirm an outside decision letter", workdays.due_at(clock.now(), days(request, "drb_recognised")), by,
    )  # fmt: skip
    return request


@transaction.atomic
def confirm_letter(*, request_id: int, track: str, accept: bool, reason: str = "", by: Any) -> AccessRequest:
    """Who keeps that track's book confirms an outside letter (it counts from now) or refuses it with a reason. Writes: review, Event."""
    request = lock(request_id)
    if track == "IRB":
        require(by, "vouchers.decide_ethics", board(request))
    else:
        require(by, "vouchers.decide_drb", board(request))
    require_in_review(request, "confirm_letter")
    if not accept and not reason.strip():
        raise Refused(_("Say why the letter does not count."), "reason_missing", "reason")
    if track == "IRB":
        verb = "refuse_letter" if not accept else ("confirm_exemption" if request.ethics.route == "EXEMPTION" else "approve")
        step_ethics(request, verb, by=by, reason=reason)
    else:
        step_drb(request, "recognise" if accept else "refuse_letter", by=by, reason=reason)
        request.data_review.mode = rules.DrbMode.RECOGNISED if accept else request.data_review.mode
        if accept:
            close(request.data_review, by)
        request.data_review.save()
    journal.close_duty(request, f"confirm_{track.lower()}_letter", by=by)
    number = request.ethics.number if track == "IRB" else request.data_review.number
    notices.decided(request, track=track, allowed=accept, number=number, reason=reason)
    if accept:
        journal.close_duty(request, f"decide_{'ethics' if track == 'IRB' else 'drb'}", by=by)
    settle(request, by)
    return request


@transaction.atomic
def decide_ethics(
    *, request_id: int, verdict: str, number: str = "", decided_on: date | None = None, board_name: str = "",
    valid_to: date | None = None, document: Document | None = None, conditions: str = "", reason: str = "", by: Any,
) -> AccessRequest:  # fmt: skip
    """The institution's IRB decided. verdict: confirm_exemption, approve, disapprove or revise.

    An exemption is a numbered decision with a file (생명윤리법 시행규칙 제13조), never a checkbox. It does not replace the DRB.
    Writes: EthicsReview, Event, Notice; both tracks allowing moves the request on.
    """
    request = lock(request_id)
    require(by, "vouchers.decide_ethics", board(request))
    require_in_review(request, verdict)
    ethics = request.ethics
    if verdict in {"confirm_exemption", "approve"}:
        decided_on = decided_on or clock.today()
        check_decision(number, decided_on)
        if document is None:
            raise Refused(_("Attach the decision letter of the board."), "letter_missing", "file")
        if valid_to is not None and valid_to < decided_on:
            raise Refused(_("The validity ends before the decision. Mend one of the two dates."), "valid_to", "valid_to")
        ethics.valid_from, ethics.valid_to, ethics.conditions = decided_on, valid_to, conditions.strip()
    elif not reason.strip():
        raise Refused(_("A refusal or a request for revision needs a reason."), "reason_missing", "reason")
    if verdict != "revise":
        _write_down(ethics, request, number, decided_on, document, board_name)
    step_ethics(request, verdict, by=by, reason=reason.strip())
    if verdict == "revise":
        pause(request, ethics, "decide_ethics", by)
        owe_revision(request, "resubmit_ethics", "IRB", by)
    else:
        journal.close_duty(request, "decide_ethics", by=by)
    notices.decided(request, track="IRB", allowed=ethics.status in rules.ETHICS_ALLOWS, number=ethics.number, reason=reason)
    settle(request, by)
    return request


def _write_down(
    review: Review, request: AccessRequest, number: str, decided_on: date | None,
    document: Document | None, board_name: str,
) -> None:  # fmt: skip
    """A decision's number, day, letter and board; a refusal keeps what is known of them."""
    if decided_on is not None and decided_on > clock.today():
        raise Refused(_("The decision date lies in the future. Copy it from the letter."), "date_future", "decided_on")
    review.number, review.decided_on, review.document = number.strip(), decided_on or clock.today(), document
    review.board_name = board_name or request.board.name_ko


@transaction.atomic
def resubmit_ethics(*, request_id: int, by: Any) -> AccessRequest:
    """The company revised for the IRB, whose clock runs again. Writes: EthicsReview, Event, Duties."""
    request = lock(request_id)
    require(by, "vouchers.request_access", request.case)
    require_in_review(request, "resubmit")
    hand_over(request)
    step_ethics(request, "resubmit", by=by)
    resume(request, request.ethics, "decide_ethics", by)
    journal.close_duty(request, "resubmit_ethics", by=by)
    return request


@transaction.atomic
def resubmit_drb(*, request_id: int, by: Any) -> AccessRequest:
    """The company revised for the DRB, whose clock runs again. Writes: DataReview, Event, Duties."""
    request = lock(request_id)
    require(by, "vouchers.request_access", request.case)
    require_in_review(request, "resubmit")
    hand_over(request)
    step_drb(request, "resubmit", by=by)
    resume(request, request.data_review, "decide_drb", by)
    journal.close_duty(request, "resubmit_drb", by=by)
    return request


@transaction.atomic
def decide_drb(
    *, request_id: int, verdict: str, number: str = "", decided_on: date | None = None, board_name: str = "",
    document: Document | None = None, conditions: str = "", reason: str = "", findings: Mapping[str, str] | None = None,
    by: Any,
) -> AccessRequest:  # fmt: skip
    """The institution's own DRB decided. verdict: approve, refuse, waive, or ask_supplement (its clock stands).

    Writes: DataReview, Event, Duties, Notice.

    findings: item (purpose fit, minimisation, pseudonymisation, environment, recipient, export, destruction) → words.
    """
    request = lock(request_id)
    require(by, "vouchers.decide_drb", board(request))
    require_in_review(request, verdict)
    review = request.data_review
    if verdict in {"approve", "waive"}:
        decided_on = decided_on or clock.today()
        check_decision(number, decided_on)
        if document is None:
            raise Refused(_("Attach the decision letter of the board."), "letter_missing", "file")
        review.conditions = conditions.strip()
    elif not reason.strip():
        raise Refused(_("A refusal or a request for a supplement needs a reason."), "reason_missing", "reason")
    if verdict == "ask_supplement":
        return _ask_supplement(request, reason.strip(), by)
    _write_down(review, request, number, decided_on, document, board_name)
    if verdict in {"approve", "refuse"} and review.status == D.RECEIVED:
        step_drb(request, "start", by=by)
    review.reason, review.findings = reason, dict(findings or {})
    close(review, by)
    step_drb(request, verdict, by=by, reason=reason, number=review.number)
    journal.close_duty(request, "decide_drb", by=by)
    notices.decided(request, track="DRB", allowed=review.status in rules.DRB_ALLOWS, number=review.number, reason=reason)
    settle(request, by)
    return request


def _ask_supplement(request: AccessRequest, reason: str, by: Any) -> AccessRequest:
    """The DRB waits for the company; the IRB goes on."""
    request.data_review.reason = reason
    step_drb(request, "ask_supplement", by=by, reason=reason)
    pause(request, request.data_review, "decide_drb", by)
    owe_revision(request, "resubmit_drb", "DRB", by)
    notices.decided(request, track="DRB", allowed=False, number="", reason=reason)
    return request
