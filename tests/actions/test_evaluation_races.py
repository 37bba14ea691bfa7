"""Two people at once, on real connections, with commits: the deferred guards fire here too."""

from portal.accounts import second_factor
from portal.kit.errors import DomainError
from tests.committed import committed_db, together  # noqa: F401
from tests.factories import evaluation as ev
from tests.factories.providers import person
from vouchers.agreements import actions as agreements
from vouchers.agreements.models import Agreement, AgreementParty, Voucher
from vouchers.evaluation import actions
from vouchers.evaluation.models import Award, SelectionRun
from vouchers.ledger import queries as ledger
from vouchers.ledger.models import LedgerEvent

GRANT = 320_000_000


def outcome(results):
    unexpected = [r for r in results if isinstance(r, Exception) and not isinstance(r, DomainError)]
    assert not unexpected, unexpected
    return [r for r in results if isinstance(r, DomainError)]


def test_two_approvers_confirm_at_once_one_wins(committed_db):  # noqa: F811
    at = ev.scored((90, 80))
    run, other = ev.proposed(at), person("MINISTRY_APPROVER")
    results = together(
        lambda: actions.confirm_selection(run_id=run.pk, by=at.approver),
        lambda: actions.confirm_selection(run_id=run.pk, by=other),
    )
    assert len(outcome(results)) == 1
    assert SelectionRun.objects.get(pk=run.pk).status == "CONFIRMED"
    assert Award.objects.count() == 2 and ledger.position(at.round.pk).reserved_won == 2 * GRANT


def test_two_declines_at_once_promote_each_reserve_once(committed_db):  # noqa: F811
    at, awards = ev.awarded((90, 80, 70, 65), slots=2)
    results = together(
        *[
            (lambda award=award, by=firm.representative: actions.decline_award(award_id=award.pk, reason="사정", by=by))
            for award, firm in zip(awards, at.firms, strict=False)
        ]
    )
    assert outcome(results) == []
    live = Award.objects.filter(status="NOTIFIED").values_list("application_id", flat=True)
    assert sorted(live) == sorted(a.pk for a in at.applications[2:])
    assert ledger.position(at.round.pk).reserved_won == 2 * GRANT


def test_one_award_declined_twice_at_once_promotes_once(committed_db):  # noqa: F811
    at, awards = ev.awarded((90, 80, 70), slots=1)
    boss = at.firms[0].representative
    results = together(*[lambda: actions.decline_award(award_id=awards[0].pk, reason="사정", by=boss)] * 3)
    assert len(outcome(results)) == 2
    assert Award.objects.count() == 2 and LedgerEvent.objects.filter(kind="RELEASED").count() == 1


def test_the_last_two_signatures_at_once_issue_one_voucher(committed_db):  # noqa: F811
    made = ev.to_sign()
    text = made.agreement.current().content_hash

    def sign(by):
        return agreements.sign(
            agreement_id=made.agreement.pk, content_hash=text, second_factor_code=second_factor.demo_code(by), by=by
        )  # fmt: skip

    sign(made.operator)
    results = together(*[lambda by=by: sign(by) for by in (made.company, made.company, made.provider)])
    assert len(outcome(results)) == 1
    assert Agreement.objects.get(pk=made.agreement.pk).status == "ACTIVE"
    assert Voucher.objects.count() == 1 and ledger.position(made.agreement.round_id).committed_won == GRANT
    assert not AgreementParty.objects.filter(signed_at__isnull=True).exists()
