"""A third call, in evaluation now: blind review, presentations, a panel that talks, late entries that came to nothing."""

from datetime import date, time, timedelta

from portal.documents import actions as documents
from portal.kit import clock, workdays
from portal.management.demo import calls, market
from portal.management.demo.stage import Stage
from vouchers.applications import actions as applications
from vouchers.applications.models import Application
from vouchers.applications.rules import blind_wanted
from vouchers.evaluation import actions as evaluation
from vouchers.evaluation.models import PresentationSlot
from vouchers.rounds import actions as rounds
from vouchers.rounds.models import Round

# the first two have presented; the rival's presentation is ahead, so that its invitation can be looked at
APPLY = {13: ("SMALL", 64_000_000), 7: ("SMALL", 70_000_000), 2: ("MEDIUM", 150_000_000), 14: ("MEDIUM", 120_000_000)}
LATE = {9: "REJECTED", 12: "EXPIRED"}
TALKS = 2  # whose presentation was held and whose scores are in


def play(stage: Stage) -> None:
    """A third call, in evaluation now: blind review, presentations, late entries"""
    programme = rounds.make_blind_demo_round(stage.now)
    with stage.at(-44):
        stage.appropriate(programme)
    rows = {number: _apply(stage, programme, number, *facts) for number, facts in APPLY.items()}
    _late(stage, programme)
    officer = stage.cast.people["officer"]
    with stage.at(-10):
        for row in rows.values():
            calls.find_eligible(stage.cast, row)
        rounds.begin_evaluation(round_id=programme.pk, by=officer)
    with stage.at(-9):
        _pool(stage, programme)
        calls.assign_as_proposed(stage.cast, programme)
    _present(stage, programme, list(rows.values()))


def _apply(stage: Stage, programme: Round, number: int, track: str, supply_won: int) -> Application:
    """As every application, and for each file that evaluators read a version without the company's name."""
    user, company, ecg = stage.user(number), stage.cast.companies[number], number % 2 == 0
    with stage.at(-20, 9 + number % 8):
        need = market.post_need(programme, company, user, ecg=ecg, supply_won=supply_won, track=track)
        row = calls.draft(programme, company, user, number, track=track, supply_won=supply_won, ecg=ecg, need=need)
        policy = programme.policy()
        for kind in blind_wanted([*policy.required_documents, *(one.key for one in policy.questions)], policy.questions):
            file = calls.blind_file(calls.label_of(kind, programme))
            version = documents.upload(file=file, kind=kind.lower(), organisation=company.organisation, by=user)
            applications.attach_blind_document(application_id=row.pk, kind=kind, document=version, by=user)
        return calls.submit(row, user)


def _late(stage: Stage, programme: Round) -> None:
    """After the close two companies ask to be let in: one is not, the other does not use its code in time."""
    officer, approver = stage.cast.people["officer"], stage.cast.people["approver"]
    track = programme.tracks.get(key="SMALL")
    with stage.at(-14, 11):
        for number, outcome in LATE.items():
            row = applications.propose_late_entry(
                round_id=programme.pk, track_id=track.pk, company_id=stage.cast.companies[number].pk,
                person_id=stage.user(number).pk, until=clock.now() + timedelta(days=2), by=officer,
                reason="시연: 마감일 오후에 인증서 발급 기관의 서비스가 멈춰 제출하지 못했다고 소명했습니다.",
            )  # fmt: skip
            if outcome == "REJECTED":
                reason = "시연: 발급 기관의 장애는 마감 이틀 전에 복구되었습니다."
                applications.reject_late_entry(late_entry_id=row.pk, reason=reason, by=approver)
            else:
                applications.confirm_late_entry(late_entry_id=row.pk, by=approver)
    with stage.at(-11):
        applications.expire_late_entries(now=clock.now())


def _pool(stage: Stage, programme: Round) -> None:
    for number, expertise in enumerate(calls.EXPERTISE, 1):
        user = stage.cast.people[f"evaluator{number}"]
        member = evaluation.add_to_pool(
            round_id=programme.pk, user_id=user.pk, expertise=expertise, languages=["ko", "en"], by=stage.cast.people["officer"]
        )
        evaluation.declare_names(member_id=member.pk, keys=[], ground="", by=user)


def _present(stage: Stage, programme: Round, rows: list[Application]) -> None:
    """Two days of presentations: one was held, the other is ahead; of the held ones one panel talks about its scores."""
    officer = stage.cast.people["officer"]
    with stage.at(-8):
        for row in rows:
            for assignment in calls.assigned(row):
                evaluation.accept(assignment_id=assignment.pk, by=assignment.evaluator)
    with stage.at(-7):
        schedule = evaluation.plan_presentations(
            round_id=programme.pk, days=_days(stage), opens=time(10), closes=time(11, 20), minutes=30, gap=10,
            places=["[시연] 가상회의실 1"], by=officer,
        )  # fmt: skip
        evaluation.publish_schedule(schedule_id=schedule.pk, by=officer)
    held = list(PresentationSlot.objects.filter(schedule=schedule).select_related("application").order_by("starts_at"))[:TALKS]
    with clock.at(held[-1].ends_at + timedelta(hours=1)):
        for slot in held:
            there = calls.assigned(slot.application)
            evaluation.record_attendance(slot_id=slot.pk, present=True, evaluators=[a.evaluator_id for a in there], by=officer)
            for points, assignment in zip((84, 71, 78), there, strict=False):
                calls.score(assignment, points, accept=False)
        evaluation.open_panel(application_id=held[0].application_id, by=officer)
    last = rows[1]  # a third evaluator was asked and has not declared yet
    asked = {assignment.evaluator_id for assignment in calls.assigned(last)}
    third = next(n for n in range(1, 4) if stage.cast.people[f"evaluator{n}"].pk not in asked)
    with stage.at(-1):
        calls.assign(stage.cast, last, f"evaluator{third}")
    first = calls.assigned(held[0].application)[1]
    criterion = programme.criteria.order_by("pk").first()
    if criterion is not None:
        with stage.at(0):
            evaluation.rescore(
                assignment_id=first.pk, scores={criterion.pk: (80, "시연: 발표에서 데이터 결합 방법을 확인했습니다.")},
                reason="시연: 발표와 질의응답을 듣고 필요성을 다시 보았습니다.", by=first.evaluator,
            )  # fmt: skip


def _days(stage: Stage) -> list[date]:
    """The last working day before today, and one in three working days."""
    today = clock.to_kst(stage.now).date()
    before = today - timedelta(days=1)
    while not workdays.is_working_day(before):
        before -= timedelta(days=1)
    return [before, workdays.add_working_days(today, 3)]
