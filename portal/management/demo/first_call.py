"""The first call, played to its awards: companies sign up, apply, are evaluated; awards are answered."""

from portal.accounts import actions as accounts
from portal.accounts.rules import Role
from portal.kit import clock
from portal.management.demo import calls, market, people
from portal.management.demo.stage import Stage
from vouchers.applications import actions as applications
from vouchers.evaluation import actions as evaluation
from vouchers.evaluation.models import Award
from vouchers.rounds import actions as rounds

# number → (track, supply amount in won, points from evaluators); outcomes follow from slots, budget, pools and pass mark:
# 12 takes the place of 11, since the call keeps 30 % of its slots for young founders
PLAYED = {
    1: ("LARGE", 400_000_000, 92), 2: ("LARGE", 380_000_000, 88), 3: ("LARGE", 390_000_000, 74),
    4: ("MEDIUM", 190_000_000, 90), 5: ("MEDIUM", 200_000_000, 86), 6: ("MEDIUM", 180_000_000, 83),
    7: ("MEDIUM", 170_000_000, 76), 8: ("SMALL", 95_000_000, 91), 9: ("SMALL", 90_000_000, 84),
    10: ("SMALL", 100_000_000, 80), 11: ("SMALL", 88_000_000, 78), 12: ("SMALL", 92_000_000, 71),
    13: ("SMALL", 60_000_000, 48), 14: ("MEDIUM", 120_000_000, 52),
}  # fmt: skip
INELIGIBLE, WITHDRAWN = 15, 16


def register(stage: Stage) -> None:
    """Companies sign up and are checked"""
    with stage.at(-149):
        stage.appropriate(stage.played_round)
        for number in [*PLAYED, INELIGIBLE, WITHDRAWN]:
            people.register_company(stage.cast, number, stage.user(number), size="SMALL" if number in {1, 3} else "")
        organisation = stage.cast.companies[1].organisation
        accounts.add_member(organisation=organisation, user=stage.cast.people["staff"], role=Role.STAFF_MEMBER, by=None)
        stage.cast.people["staff"].__dict__.pop("_grants", None)


def apply(stage: Stage) -> None:
    """They apply to the first call, to the last hour"""
    for number in [*PLAYED, INELIGIBLE, WITHDRAWN]:
        track, supply, _points = PLAYED.get(number, ("SMALL", 70_000_000, 0))
        with stage.at(-140 + number, 10 + number % 7):
            need = stage.needs[number] = market.post_need(
                stage.played_round, stage.cast.companies[number], stage.user(number), ecg=stage.wants_ecg(number),
                supply_won=supply, track=track,
            )  # fmt: skip
            application = calls.draft(
                stage.played_round, stage.cast.companies[number], stage.user(number), number, track=track,
                supply_won=supply, ecg=stage.wants_ecg(number), need=need,
            )  # fmt: skip
            stage.applications[number] = calls.submit(application, stage.user(number))
    with stage.at(-121):
        applications.withdraw(
            application_id=stage.applications[WITHDRAWN].pk,
            reason="시연: 다른 과제에 집중하기로 했습니다.",
            by=stage.user(WITHDRAWN),
        )


def evaluate(stage: Stage) -> None:
    """Eligibility, evaluation, a proposal and its confirmation by somebody else"""
    officer, names = stage.cast.people["officer"], ("evaluator1", "evaluator2", "evaluator3")
    with stage.at(-116):
        for number in PLAYED:
            calls.find_eligible(stage.cast, stage.applications[number])
        calls.find_ineligible(stage.cast, stage.applications[INELIGIBLE])
        rounds.begin_evaluation(round_id=stage.played_round.pk, by=officer)
    with stage.at(-112):
        calls.fill_pool(stage.cast, stage.played_round)
        calls.assign_as_proposed(stage.cast, stage.played_round)
        given = {n: calls.assigned(stage.applications[n]) for n in PLAYED}
        for number in (1, 3, 4):  # one has no time, one an interest, one is taken back: the other two evaluate
            busy = {assignment.evaluator_id for assignment in given[number]}
            third = next(name for name in names if stage.cast.people[name].pk not in busy)
            (asked,) = calls.assign(stage.cast, stage.applications[number], third)
            calls.end_assignment(stage.cast, asked, ("decline", "recuse", "withdraw")[(1, 3, 4).index(number)])
    for day, numbers in ((-107, range(1, 12)), (-106, range(12, 15))):  # a dry run after most of the scores
        with stage.at(day):
            for number in numbers:
                for assignment in given[number]:
                    calls.score(assignment, PLAYED[number][2])
            if day == -107:
                evaluation.run_selection(round_id=stage.played_round.pk, by=officer)
    with stage.at(-105):
        run = evaluation.propose_selection(round_id=stage.played_round.pk, by=officer)
        evaluation.discard(
            run_id=run.pk, reason="시연: 평가위원 한 분의 회피 사유를 먼저 확인해 주십시오.", by=stage.cast.people["approver"]
        )
    with stage.at(-104):
        run = evaluation.propose_selection(round_id=stage.played_round.pk, by=officer)
    with stage.at(-103):
        evaluation.confirm_selection(run_id=run.pk, by=stage.cast.people["approver"])


def answer_awards(stage: Stage) -> None:
    """Awards are accepted; one is declined and the reserve moves up"""
    for award in Award.objects.filter(application__round=stage.played_round).order_by("pk"):
        number = stage.number_of(award.application)
        with stage.at(-102):
            if number == 10:
                evaluation.decline_award(award_id=award.pk, reason="시연: 자부담을 마련하지 못했습니다.", by=stage.user(number))
            elif number != 11:
                evaluation.accept_award(award_id=award.pk, by=stage.user(number))
    with stage.at(-90):
        evaluation.lapse_awards(clock.now())
    with stage.at(-89):
        for award in Award.objects.filter(application__round=stage.played_round, status="NOTIFIED"):
            evaluation.accept_award(award_id=award.pk, by=stage.user(stage.number_of(award.application)))
        rounds.start_projects(round_id=stage.played_round.pk, by=stage.cast.people["officer"])
