"""When nothing fits a need: the case on the operator's desk, from its opening to its result."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.journal import actions as journal
from portal.kit import clock, workdays
from portal.kit.access import require
from portal.kit.errors import Refused
from providers.catalogue.models import Dataset
from providers.institutions.models import Institution
from vouchers.matching import notices, queries
from vouchers.matching.models import Need, SourcingCase, SourcingNote, SourcingProposal
from vouchers.matching.rules import asking, stages
from vouchers.matching.rules import sourcing as rules
from vouchers.rounds.rules import TARGET_STEPS

S = rules.SourcingStatus
LOOK, ANSWER = "source_data", "answer_proposal"  # what the operator, and then the company, owes


# ── From the need ────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def ask_sourcing(*, need_id: int, by: Any) -> SourcingCase:
    """The company asks the operator to look. Writes: SourcingCase, Event, Duty, Notice. Raises: Refused when it looks already."""
    need = Need.objects.select_for_update(of=("self",)).select_related("company__organisation", "round").get(pk=need_id)
    require(by, "vouchers.edit_need", need)
    if need.status not in (stages.NeedStatus.POSTED, stages.NeedStatus.NO_MATCH):
        raise Refused(_("Post the need first; the operator then helps to look."), "not_posted")
    if need.sourcing_cases.open().exists():
        raise Refused(_("The operator is looking already."), "sourced_already")
    return open_sourcing(need, by)


def open_sourcing(need: Need, by: Any) -> SourcingCase:
    """Nothing fits the need, whose row the caller has locked; a case that is open already stays the only one.

    Writes: SourcingCase, Event, Duty, Notice.
    """
    case = need.sourcing_cases.open().first()
    if case is not None:
        return case
    case = SourcingCase(need=need, due_at=workdays.due_at(clock.now(), _days(need, "sourcing")))
    case.save()
    _record(case, "opened", by, frm="")
    company = need.company
    journal.open_duty(
        case, LOOK, title_ko=f"맞는 데이터를 함께 찾아 주십시오: {company.name_ko}, {need.title}",
        title_en=f"Help to find data for {company.name_en or company.name_ko}: {need.title}",
        url=f"/matching/sourcing/{case.ref}/", due_at=case.due_at, role="OPERATOR_CASE", by=by,
    )  # fmt: skip
    notices.need_without_match(case)
    return case


def end_sourcing(need: Need, by: Any) -> None:
    """Something fits, a match stands or the need is closed: nobody needs to look, nor to answer what was proposed.

    Writes: SourcingCase, Event, Duty.
    """
    for case in need.sourcing_cases.select_for_update(of=("self",)).order_by("pk"):
        if case.status in rules.OPEN:
            case.closed_at = clock.now()
            _step(case, "end_sourcing", "ended", by)
        journal.close_duty(case, ANSWER, by=by)


# ── The operator ─────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def take_up_sourcing(*, case_id: int, by: Any) -> SourcingCase:
    """Says who looks; also takes it over from a colleague. Writes: SourcingCase, Event."""
    case = _lock(case_id)
    require(by, "vouchers.handle_sourcing")
    case.handler = by
    _step(case, "take_up_sourcing", "taken_up", by)
    return case


@transaction.atomic
def note_sourcing(*, case_id: int, text: str, by: Any) -> SourcingNote:
    """Writes down what was tried, for colleagues only. Writes: SourcingNote. Raises: Refused once the case is over."""
    case = _lock(case_id)
    require(by, "vouchers.handle_sourcing")
    _refuse_unless_open(case)
    note = SourcingNote(case=case, text=_written(text, "text"), written_by=by)
    note.save()
    return note


@transaction.atomic
def propose_data(*, case_id: int, institution_id: int, dataset_id: int | None = None, reason: str, by: Any) -> SourcingProposal:
    """Proposes a dataset, or an institution that may hold such data. Who proposes first takes the case up.

    Writes: SourcingProposal, SourcingCase, Event, Duty of the company, Notice. Raises: Refused when it is not published, of a demonstration while
    the need is not, or proposed already.
    """
    case = _lock(case_id)
    require(by, "vouchers.handle_sourcing")
    _refuse_unless_open(case)
    institution = Institution.objects.active().filter(pk=institution_id).first()
    dataset = Dataset.objects.published().filter(pk=dataset_id, institution_id=institution_id).first() if dataset_id else None
    if institution is None or (dataset_id and dataset is None):
        raise Refused(_("Only what is published can be proposed. Choose another one."), "not_published", "found")
    asking.check_there(dataset.status if dataset is not None else None, str(dataset))
    if institution.is_demo and not queries.of_demo(case.need.round):
        raise Refused(_("Demonstration data answers only needs of demonstration calls."), "demo_dataset", "found")
    if case.proposals.filter(institution=institution, dataset=dataset).exists():
        raise Refused(_("This was proposed already."), "proposed_already", "found")
    proposal = SourcingProposal(
        case=case, institution=institution, dataset=dataset, reason=_written(reason, "reason"), proposed_by=by
    )
    proposal.save()
    case.handler = case.handler or by
    _step(
        case, "propose_data", "proposed", by, data={"institution": institution.key, "dataset": dataset.key if dataset else None}
    )
    company = case.need.company
    journal.open_duty(
        case, ANSWER, title_ko=f"제안된 데이터를 쓸 수 있는지 알려 주십시오: {case.need.title}",
        title_en=f"Say whether the proposed data is of use: {case.need.title}", url=f"/matching/sourcing/{case.ref}/",
        due_in=_days(case.need, "proposal_answer"), organisation=company.organisation, by=by,
    )  # fmt: skip
    notices.sourcing_proposed(proposal)
    return proposal


@transaction.atomic
def close_sourcing(*, case_id: int, found: bool, result: str, by: Any) -> SourcingCase:
    """Says what came of it. Writes: SourcingCase, Event, Duty, Notice. Raises: Refused without a sentence for the company, or
    when data is said to be found and nothing was proposed."""
    case = _lock(case_id)
    require(by, "vouchers.handle_sourcing")
    if found and not case.proposals.exists():
        raise Refused(_("Propose the data first, so that the company can find it."), "nothing_proposed")
    case.result, case.closed_at, case.closed_by = _written(result, "result"), clock.now(), by
    past = "found" if found else "not_found"
    _step(case, f"close_as_{past}", past, by, reason=case.result)
    notices.sourcing_closed(case)
    return case


# ── The company ──────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def answer_proposal(*, proposal_id: int, useful: bool, reason: str = "", by: Any) -> SourcingProposal:
    """Whether a proposal is of use; where it is not, why. What was found of no use may be found of use later.

    Writes: SourcingProposal, Event, Duty once nothing waits for an answer, Notice. Raises: IllegalStep the second time; Refused
    without a reason.
    """
    case = _lock(SourcingProposal.objects.values_list("case_id", flat=True).get(pk=proposal_id))
    require(by, "vouchers.edit_need", case.need.company)
    proposal = SourcingProposal.objects.select_related("institution", "dataset").get(pk=proposal_id)
    verb = "find_useful" if useful else "find_not_useful"
    proposal.status = rules.PROPOSAL_LIFECYCLE.step(proposal.status, verb)
    proposal.answered_at, proposal.answered_by = clock.now(), by
    proposal.answer = "" if useful else _written(reason, "reason")
    proposal.save()
    if not case.proposals.filter(status=rules.ProposalStatus.PROPOSED).exists():
        journal.close_duty(case, ANSWER, by=by)
    what = {
        "institution": proposal.institution.key,
        "dataset": proposal.dataset.key if proposal.dataset else None,
        "useful": useful,
    }
    _record(case, "answered", by, frm=case.status, reason=proposal.answer, data=what)
    notices.sourcing_answered(case, proposal)
    return proposal


def _days(need: Need, step: str) -> int:
    return need.round.days(step) if need.round is not None else TARGET_STEPS[step]


def _lock(case_id: int) -> SourcingCase:
    return (
        SourcingCase.objects.select_for_update(of=("self",))
        .select_related("need__company__organisation", "need__round", "handler")
        .get(pk=case_id)
    )


def _refuse_unless_open(case: SourcingCase) -> None:
    if case.status not in rules.OPEN:
        raise Refused(_("This case is over. The company can ask anew on its need's page."), "case_over")


def _written(text: str, field: str) -> str:
    text = (text or "").strip()
    if not text:
        raise Refused(_("Write a sentence or two here."), "text_missing", field)
    if len(text) > rules.NOTE_LENGTH:
        raise Refused(_("Keep it within 2,000 characters."), "text_too_long", field)
    return text


def _step(case: SourcingCase, verb: str, past: str, by: Any, *, reason: str = "", data: Any = None) -> None:
    before, case.status = case.status, rules.SOURCING_LIFECYCLE.step(case.status, verb)
    case.save()
    _record(case, past, by, frm=before, reason=reason, data=data)
    if case.status not in rules.OPEN:
        journal.close_duty(case, LOOK, by=by)  # what was proposed still waits for its answer


def _record(case: SourcingCase, past: str, by: Any, *, frm: str, reason: str = "", data: Any = None) -> None:
    journal.record(
        f"sourcing_case.{past}", case, by=by, frm=frm, to=case.status, reason=reason, data=data,
        organisations=case.organisation_ids(),
    )  # fmt: skip
