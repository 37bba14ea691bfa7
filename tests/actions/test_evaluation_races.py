"""Two people at once, on real connections, with commits: the deferred guards fire here too."""

from portal.accounts import second_factor
from portal.journal.models import Event
from portal.kit.errors import DomainError
from tests.committed import together
from tests.factories import evaluation as ev
from tests.factories.providers import person
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement, AgreementParty, Voucher
from vouchers.evaluation import actions
from vouchers.evaluation.models import Assignment, Award, SelectionRun
from vouchers.ledger import queries as ledger
from vouchers.ledger.models import LedgerEvent

GRANT = 320_000_000


def outcome(results):
    unexpected = [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]
    assert not unexpected, unexpected
    return [r for r in results if isinstance(r, DomainError)]


def test_two_approvers_confirm_at_once_one_wins(committed_db):
    at = ev.scored((90, 80))
    run, other = ev.proposed(at), person("MINISTRY_APPROVER")
    results = together(
        lambda: actions.confirm_selection(run_id=run.pk, by=at.approver),
        lambda: actions.confirm_selection(run_id=run.pk, by=other),
        behind=run,
    )
    assert len(outcome(results)) == 1
    assert SelectionRun.objects.get(pk=run.pk).status == "CONFIRMED"
    assert Award.objects.count() == 2 and ledger.position(at.round.pk).reserved_won == 2 * GRANT


def test_two_declines_at_once_promote_each_reserve_once(committed_db):
    at, awards = ev.awarded((90, 80, 70, 65), slots=2)
    results = together(
        *[
            (lambda award=award, by=firm.representative: actions.decline_award(award_id=award.pk, reason="사정", by=by))
            for award, firm in zip(awards, at.firms, strict=False)
        ],
        behind=at.round,
    )
    assert outcome(results) == []
    live = Award.objects.filter(status="NOTIFIED").values_list("application_id", flat=True)
    assert sorted(live) == sorted(a.pk for a in at.applications[2:])
    assert ledger.position(at.round.pk).reserved_won == 2 * GRANT


def test_one_award_declined_twice_at_once_promotes_once(committed_db):
    at, awards = ev.awarded((90, 80, 70), slots=1)
    boss = at.firms[0].representative
    results = together(*[lambda: actions.decline_award(award_id=awards[0].pk, reason="사정", by=boss)] * 3, behind=awards[0])
    assert len(outcome(results)) == 2
    assert Award.objects.count() == 2 and LedgerEvent.objects.filter(kind="RELEASED").count() == 1


def test_the_last_two_signatures_at_once_issue_one_voucher(committed_db):
    made = ev.to_sign()
    text = made.agreement.current().content_hash

    def sign(by):
        return agreements.sign(
            agreement_id=made.agreement.pk, content_hash=text, second_factor_code=second_factor.demo_code(by), by=by
        )  # fmt: skip

    sign(made.operator)
    results = together(*[lambda by=by: sign(by) for by in (made.company, made.company, made.provider)], behind=made.agreement)
    assert len(outcome(results)) == 1
    assert Agreement.objects.get(pk=made.agreement.pk).status == "ACTIVE"
    assert Voucher.objects.count() == 1 and ledger.position(made.agreement.round_id).committed_won == GRANT
    assert not AgreementParty.objects.filter(signed_at__isnull=True).exists()


def test_an_award_accepted_twice_at_once_is_accepted_once(committed_db):
    at, (award,) = ev.awarded()
    boss = at.firms[0].representative
    results = together(*[lambda: actions.accept_award(award_id=award.pk, by=boss)] * 2, behind=award)
    assert [error.code for error in outcome(results)] == ["illegal_step"]
    assert Award.objects.get(pk=award.pk).status == "ACCEPTED"
    assert Event.objects.filter(subject_ref=award.ref, name="award.accepted").count() == 1


def test_accepting_while_the_award_lapses_ends_in_one_of_the_two(committed_db):
    at, awards = ev.awarded((90, 80), slots=1)
    due, boss = awards[0].due_at, at.firms[0].representative
    results = together(
        lambda: actions.accept_award(award_id=awards[0].pk, by=boss), lambda: actions.lapse_awards(due), behind=awards[0]
    )
    refused = outcome(results)
    live = Award.objects.filter(status__in=["NOTIFIED", "ACCEPTED"])
    assert (live.get().status, len(refused)) in {("ACCEPTED", 0), ("NOTIFIED", 1)}
    assert ledger.position(at.round.pk).reserved_won == GRANT


def test_two_officers_draft_one_agreement_at_once(committed_db):
    _at, award = ev.accepted()
    drafters = [ev.operator(), ev.operator()]
    results = together(
        *[lambda by=by: agreements.draft(award_id=award.pk, by=by, **ev.period()) for by in drafters], behind=award
    )
    assert [error.code for error in outcome(results)] == ["award_not_ready"] and Agreement.objects.count() == 1


def test_two_officers_propose_at_once_one_proposal_waits(committed_db):
    at = ev.scored((90, 80))
    other = person("MINISTRY_OFFICER")
    results = together(
        *[lambda by=by: actions.propose_selection(round_id=at.round.pk, by=by) for by in (at.officer, other)], behind=at.round
    )
    assert [error.code for error in outcome(results)] == ["run_open"] and SelectionRun.objects.count() == 1


def test_handing_in_and_taking_back_at_once(committed_db):
    at = ev.panel()
    row = ev.assigned(at, at.applications[0], at.evaluators[0])
    actions.accept(assignment_id=row.pk, by=row.evaluator)
    actions.save_scores(assignment_id=row.pk, scores=ev.points_for(row, 80), comment="의견", by=row.evaluator)
    results = together(
        lambda: actions.submit_scores(assignment_id=row.pk, by=row.evaluator),
        lambda: actions.withdraw_assignment(assignment_id=row.pk, reason="기한", by=at.officer),
        behind=row,
    )
    assert [error.code for error in outcome(results)] == ["illegal_step"]
    assert Assignment.objects.get(pk=row.pk).status in {"SUBMITTED", "WITHDRAWN"}
