"""What is told about evaluation, selection and awards: one function a message, one template a language."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from portal.accounts.rules import Role
from portal.journal.actions import tell
from portal.kit.models import Row
from vouchers.applications import queries as applications
from vouchers.applications.models import Application
from vouchers.evaluation.models import (
    Assignment,
    Award,
    Challenge,
    PenaltyRecord,
    PresentationSeat,
    PresentationSlot,
    SelectionLetter,
    SelectionLine,
    SelectionRun,
)
from vouchers.evaluation.notices import calendars
from vouchers.rounds.models import Criterion, Round
from vouchers.rounds.rules import Penalty


def evaluation_invited(assignment: Assignment) -> None:
    """To the evaluator: an application waits for the declaration, then for scores."""
    _to_evaluator("evaluation_invited", assignment)


def evaluation_withdrawn(assignment: Assignment, reason: str) -> None:
    """To the evaluator: the officer took the assignment back."""
    _to_evaluator("evaluation_withdrawn", assignment, reason)


def panel_opened(assignment: Assignment) -> None:
    """To a member who handed in: the panel is open, the others' scores can be read, own ones changed with a reason."""
    _to_evaluator("panel_opened", assignment)


def evaluation_handed_back(assignment: Assignment) -> None:
    """To an evaluator who handed in: who attended the presentation was corrected, so its criteria are scored anew."""
    _to_evaluator("evaluation_handed_back", assignment)


def evaluation_ended_early(assignment: Assignment) -> None:
    """To the officer who assigned: the evaluator declined or stepped aside; somebody else is needed."""
    application = assignment.application
    _tell(
        "evaluation_ended_early", assignment, to=[assignment.assigned_by], url="/admin/vouchers/assignment/",
        context=_application(application)
        | {"evaluator": assignment.evaluator.get_full_name(), "recused": assignment.status == "RECUSED"},
    )  # fmt: skip


def challenge_decided(challenge: Challenge) -> None:
    """To the company: its challenge of a member of the pool was upheld or rejected, with the reason."""
    application = challenge.application
    _tell(
        "challenge_decided", challenge, organisation=application.company.organisation,
        url=f"/evaluation/challenges/{application.ref}/",
        context=_application(application)
        | {"member": challenge.member.user.get_full_name(), "upheld": challenge.status == "UPHELD", "reason": challenge.reason},
    )  # fmt: skip


def selection_proposed(run: SelectionRun) -> None:
    """To the approvers: a selection waits for a second pair of eyes."""
    _tell(
        "selection_proposed", run, role=Role.MINISTRY_APPROVER, url=f"/admin/vouchers/selectionrun/{run.pk}/change/",
        context=_round(run.round) | run.summary,
    )  # fmt: skip


def selection_discarded(run: SelectionRun, reason: str) -> None:
    """To the officer who proposed."""
    _tell(
        "selection_discarded", run, to=[run.proposed_by], url=f"/admin/vouchers/selectionrun/{run.pk}/change/",
        context=_round(run.round) | {"reason": reason},
    )  # fmt: skip


def selection_reserve(line: SelectionLine) -> None:
    """To the company: on the reserve list, with its place."""
    _result("selection_reserve", line, reserve_no=line.reserve_no)


def reserve_moved(line: SelectionLine) -> None:
    """To a company on the reserve list: a run after somebody's objection gave it another place. Nobody is named."""
    _result("reserve_moved", line, reserve_no=line.reserve_no)


def selection_not_selected(line: SelectionLine) -> None:
    """To the company: not selected, with the reason."""
    _result("selection_not_selected", line)


def penalty_recorded(penalty: PenaltyRecord, points: Decimal) -> None:
    """To the company: what costs it points in the selection, with the evidence."""
    _penalty("penalty_recorded", penalty, points=str(points), evidence=penalty.evidence)


def penalty_taken_back(penalty: PenaltyRecord) -> None:
    """To the company: it no longer counts."""
    _penalty("penalty_taken_back", penalty, reason=penalty.reason)


def _penalty(template: str, penalty: PenaltyRecord, **more: Any) -> None:
    application = penalty.application
    words = {}
    for language in ("ko", "en"):
        with override(language):
            words[f"ground_{language}"] = str(Penalty.word(penalty.code))
    _tell(
        template, penalty, organisation=application.company.organisation, url=f"/applications/{application.ref}/",
        context=_application(application) | words | more,
    )  # fmt: skip


def selection_letter(letter: SelectionLetter) -> None:
    """To the company's address for electronic service: the letter stands ready; this mail serves it."""
    application = letter.line.application
    _tell(
        "selection_letter", letter, addresses=[letter.address], url=f"/evaluation/results/{application.ref}/", once=letter.ref,
        context=_application(application)
        | {"outcome_ko": OUTCOMES[letter.line.outcome][0], "outcome_en": OUTCOMES[letter.line.outcome][1],
           "reason_ko": letter.line.reason_ko, "reason_en": letter.line.reason_en},
    )  # fmt: skip


OUTCOMES = {"SELECTED": ("선정", "selected"), "RESERVE": ("예비", "reserve list"), "NOT_SELECTED": ("미선정", "not selected")}


def award_notified(award: Award, *, promoted: bool) -> None:
    """To the company: selected; please answer until the due day. promoted: from the reserve list."""
    _award("award_notified", award, promoted=promoted)


def award_accepted(award: Award) -> None:
    """To the operating agency: an agreement is to be drafted."""
    _tell(
        "award_accepted", award, role=Role.OPERATOR_CASE, url=f"/agreements/draft/{award.ref}/", context=_award_context(award)
    )  # fmt: skip


def award_ended(award: Award, reason_en: str) -> None:
    """To the ministry's officers: declined, lapsed or cancelled; the money is free again."""
    _tell(
        "award_ended", award, role=Role.MINISTRY_OFFICER, url=f"/admin/vouchers/award/{award.pk}/change/",
        context=_award_context(award) | {"status": award.status, "reason_ko": award.reason, "reason_en": reason_en},
    )  # fmt: skip


def award_given_up(award: Award, reason_en: str) -> None:
    """To the company: its award was cancelled before the agreement, or declined by itself."""
    _award("award_given_up", award, status=award.status, reason_ko=award.reason, reason_en=reason_en)


def award_lapsed(award: Award) -> None:
    """To the company: nobody answered in time."""
    _award("award_lapsed", award)


def _tell(template: str, subject: Row, **rest: Any) -> None:
    tell(template, app="vouchers", subject=subject, **rest)


def _to_evaluator(template: str, assignment: Assignment, reason: str = "") -> None:
    _tell(
        template, assignment, to=[assignment.evaluator], url=f"/evaluation/{assignment.ref}/",
        context=_to_read(assignment.application) | {"due_at": assignment.due_at and assignment.due_at.isoformat(), "reason": reason},
    )  # fmt: skip


def _to_read(application: Application) -> dict[str, Any]:
    """An application as its evaluator may know it: in a blind review without who applies."""
    found = _application(application)
    if not applications.is_blind(application):
        return found
    withheld = {"company_ko": "밝히지 않음(블라인드 평가)", "company_en": "withheld (blind review)"}
    return found | withheld | {"title": applications.shown_title(application)}


def _result(template: str, line: SelectionLine, **more: Any) -> None:
    _tell(
        template, line.application, organisation=line.application.company.organisation,
        url=f"/evaluation/results/{line.application.ref}/",
        context=_application(line.application)
        | {"reason_ko": line.reason_ko, "reason_en": line.reason_en, "score": str(line.points)}
        | more,
    )  # fmt: skip


def _award(template: str, award: Award, **more: Any) -> None:
    _tell(
        template, award, organisation=award.application.company.organisation, url=f"/evaluation/awards/{award.ref}/",
        context=_award_context(award) | more,
    )  # fmt: skip


def _award_context(award: Award) -> dict[str, Any]:
    return _application(award.application) | {
        "due_at": award.due_at and award.due_at.isoformat(),
        "grant_won": award.grant_won,
        "project_no": award.project_no,
    }


def _application(application: Application) -> dict[str, Any]:
    return _round(application.round) | {
        "title": application.title or application.receipt_no or application.ref,
        "receipt_no": application.receipt_no,
        "company_ko": application.company.name_ko,
        "company_en": application.company.name_en or application.company.name_ko,
        "track_ko": application.track.name_ko,
        "track_en": application.track.name_en,
    }


def _round(programme: Round) -> dict[str, Any]:
    return {"round_ko": programme.title_ko, "round_en": programme.title_en}


def presentation_invited(slot: PresentationSlot) -> None:
    """To the company: when and where it presents, with a file for its calendar."""
    _presentation("presentation_invited", slot)


def presentation_moved(slot: PresentationSlot) -> None:
    """To the company: another time or place; its calendar follows."""
    _presentation("presentation_moved", slot)


def presentation_cancelled(slot: PresentationSlot) -> None:
    """To the company: it is not held, and why."""
    _presentation("presentation_cancelled", slot, reason=slot.reason)


def presentation_missed(slot: PresentationSlot, zero: Sequence[Criterion]) -> None:
    """To the company: it is on record as absent, and what that means. zero: criteria that count 0 points by it."""
    names = {"zero_ko": ", ".join(one.name_ko for one in zero), "zero_en": ", ".join(one.name_en for one in zero)}
    points = slot.application.round.policy().selection.penalty_points.get(Penalty.ABSENT)
    _presentation("presentation_missed", slot, calendar=False, points=str(points) if points else "", **names)


def presentation_record_corrected(slot: PresentationSlot) -> None:
    """To the company: the record said absent and was corrected."""
    _presentation("presentation_record_corrected", slot, calendar=False)


def _presentation(template: str, slot: PresentationSlot, *, calendar: bool = True, **more: Any) -> None:
    application = slot.application
    file = {"calendar": lambda language, address: calendars.company_calendar(slot, language, address)} if calendar else {}
    _tell(
        template, slot, organisation=slot.company.organisation, url=f"/applications/{application.ref}/",
        context=_application(application) | _when(slot) | more, **file,
    )  # fmt: skip


def presentation_panel(seat: PresentationSeat) -> None:
    """To a member of the panel: when and where to sit, or where the seat moved to; no word about the case."""
    _to_panel("presentation_panel", seat)


def presentation_panel_cancelled(seat: PresentationSeat) -> None:
    """To who sat in the panel: the appointment is off; no word about the case nor why."""
    _to_panel("presentation_panel_cancelled", seat)


def _to_panel(template: str, seat: PresentationSeat) -> None:
    _tell(
        template, seat, to=[seat.evaluator], url="/evaluation/", context=_round(seat.slot.application.round) | _when(seat.slot),
        calendar=lambda language, address: calendars.panel_calendar(seat, language, address),
    )  # fmt: skip


def _when(slot: PresentationSlot) -> dict[str, Any]:
    return {"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat(), "place": slot.place}
