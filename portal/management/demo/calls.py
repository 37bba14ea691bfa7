"""Applications in every state, up to the released selection."""

import random
from datetime import timedelta
from secrets import token_hex
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from portal.accounts.models import User
from portal.documents import actions as documents
from portal.kit import clock
from portal.management.demo.people import Cast
from vouchers.applications import actions as applications
from vouchers.applications.models import Application, ApplicationSection
from vouchers.applications.rules import document_label
from vouchers.companies.models import Company
from vouchers.evaluation import actions as evaluation
from vouchers.evaluation.models import Assignment
from vouchers.evaluation.rules.conflicts import Entered
from vouchers.matching.models import Match, Need
from vouchers.rounds.models import Criterion, Round
from vouchers.rounds.rules import QuestionKind

_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

EXPERTISE = (["CT", "XRAY"], ["ECG", "BIOSIGNAL"], ["EHR", "CLINICAL_NOTE"])  # of the three evaluators


def file(name: str, of: str = "") -> SimpleUploadedFile:
    """A small real PDF, never the same twice. of: whose it is, where somebody hands in what somebody else did."""
    content = _PDF.replace(b"%%EOF", f"% {of or token_hex(8)}\n%%EOF".encode())
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def blind_file(label: str) -> SimpleUploadedFile:
    """Another small real PDF: what evaluators of a blind review read instead. label: of what, in Korean."""
    content = _PDF.replace(b"200 200", b"595 842").replace(b"%%EOF", f"% {token_hex(8)}\n%%EOF".encode())
    return SimpleUploadedFile(file_name(f"{label} 블라인드"), content, content_type="application/pdf")


def _answers(number: int, ecg: bool, supply_won: int) -> dict[str, dict[str, Any]]:
    what = "심전도로 심부전을 조기에 찾는" if ecg else "흉부 CT에서 폐결절을 찾는"
    made_up = f"{what} 제품을 위해 꾸며낸 시연용 설명입니다. 실제 기업이나 제품과 관계가 없습니다."
    intro, product, problem, method, outcome, market, plan = _said(COPIED.get(number, number))
    return {
        "company": {"introduction": intro, "employees": 8 + number, "contact_role": "연구책임", "confirmed": True},
        "project": {
            "title": f"[시연] {what} 인공지능 {number:02d}", "summary": made_up, "product": product, "problem": problem,
            "ai_method": method, "expected_outcome": outcome, "regulatory_route": "MFDS_DIGITAL", "market": market,
            "team": "데이터 과학자 3명, 임상 자문 1명", "schedule": "1–2개월 심의, 3–5개월 가공, 6–7개월 검증",
            "q_3": "3" if number % 2 else "1", "q_4": f"2026-0{number % 9 + 1}-15" if number % 2 else "",
        },
        "data_need": {
            "use_plan": plan, "protection": "병원 안심구역 원격 접속, 권한자 2명, 종료 후 파기 확인서 제출", "q_1": 800 + 150 * number,
            "q_2": "이름, 등록번호, 주소를 지우고 날짜는 무작위로 옮깁니다. 남는 위험은 병원의 심의위원이 확인합니다.",
        },
        "budget": {
            "planned_supply_won": supply_won, "planned_taxable_won": None, "own_in_kind_won": 5_000_000,
            "cost_reason": "추출, 가명처리, 라벨링 단가에 따라 산정했습니다.",
        },
        "declarations": {
            f"declare_{kind}": True
            for kind in ("privacy", "third_party", "electronic_service", "no_proxy", "no_duplicate", "truth")
        },
    }  # fmt: skip


# company of the third call → whose words it hands in as its own: one of the signs of fraud that the demo shows
COPIED = {13: 7}
_WHERE = (
    "외래 진료실", "응급실 접수대", "건강검진 창구", "중환자 병동", "협력 의원망", "재택 관리팀", "영상의학 판독실", "야간 당직실", "지역 보건지소",
    "수술 전 상담실", "재활 치료실", "학교 검진 버스", "산업단지 부속의원", "섬 지역 진료소", "퇴원 안내 창구", "원격 협진실",
)  # fmt: skip
_WHAT = (
    "놓치기 쉬운 작은 소견", "오래 기다리는 대기열", "장비마다 다른 화질", "빠뜨린 추적 약속", "겹치는 재검 요청", "늦어지는 전원 결정", "흩어진 판독 문장",
    "설명하기 힘든 점수", "계절마다 바뀌는 환자 구성", "밤에만 늘어나는 오경보", "서로 다른 용어", "손으로 옮긴 수치", "흐려진 경계선", "잡음이 낀 파형",
    "빠진 과거 기록", "뒤늦게 온 조직 결과",
)  # fmt: skip
_HOW = (
    "두 전문의가 따로 보고 맞추어 봅니다", "한 달마다 표본을 뽑아 다시 잽니다", "화면에 까닭을 함께 띄웁니다", "경보를 셋으로 나누어 차례를 둡니다",
    "처음 보는 병원에서 먼저 시험합니다", "나이와 성별로 갈라 견줍니다", "틀린 사례를 모아 주마다 의논합니다", "값이 흔들리면 사람에게 넘깁니다", "옛 기계의 자료로도 되풀이합니다",
    "간호사가 누를 단추를 하나로 줄입니다", "느린 통신에서도 답이 오게 합니다", "기준을 바꾸기 전에 알립니다", "쓰지 않을 때를 미리 적어 둡니다", "환자가 읽을 글로 옮깁니다",
    "비용을 건마다 셈합니다", "다음 방문까지 기다렸다 확인합니다",
)  # fmt: skip


def _said(number: int) -> list[str]:
    """Seven answers in a company's own fictional words, the same each time."""
    chance = random.Random(number)
    places, things, ways = (chance.sample(words, 14) for words in (_WHERE, _WHAT, _HOW))
    said = [f"{place}, {thing}: {way}." for place, thing, way in zip(places, things, ways, strict=True)]
    return ["[시연] " + " ".join(said[n : n + 2]) for n in range(0, 14, 2)]


def file_name(label: str) -> str:
    return f"시연_{label.replace(' ', '_')}.pdf"


def label_of(kind: str, round_: Round) -> str:
    """What a file is called in Korean: a kind, or one that answers a question of the call."""
    with override("ko"):
        asked = {one.key: one.label for one in round_.policy().questions}
        return str(asked.get(kind) or document_label(kind))


def draft(
    round_: Round, company: Company, user: User, number: int, *, track: str, supply_won: int, ecg: bool,
    need: Need | None = None, matches: tuple[Match, ...] = (), sections: int = 6,
) -> Application:  # fmt: skip
    """Fills the first `sections` sections as a person would, one after the other."""
    track_row = round_.tracks.get(key=track)
    application = applications.start(round_id=round_.pk, track_id=track_row.pk, by=user, need_id=need.pk if need else None)
    for match in matches:
        applications.choose_match(application_id=application.pk, match_id=match.pk, by=user)
    for key, answers in list(_answers(number, ecg, supply_won).items())[:sections]:
        version = ApplicationSection.objects.get(application=application, key=key).version
        applications.save_section(application_id=application.pk, key=key, answers=answers, version=version, by=user)
    if sections > 4:
        policy = round_.policy()
        for kind in [*policy.required_documents, *(one.key for one in policy.questions if one.kind == QuestionKind.FILE)]:
            document = documents.upload(
                file=file(file_name(label_of(kind, round_))), kind=kind.lower(), organisation=company.organisation, by=user
            )
            applications.attach_document(application_id=application.pk, kind=kind, document=document, by=user)
    return application


def submit(application: Application, user: User) -> Application:
    return applications.submit(application_id=application.pk, by=user)


def judge_all_met(cast: Cast, application: Application) -> None:
    """The officer settles what the rules left to a person."""
    for check in application.eligibility_checks.exclude(verdict="MET"):
        applications.judge_rule(
            check_id=check.pk, verdict="MET", reason="시연: 제출 자료로 확인했습니다.", by=cast.people["officer"]
        )


def find_eligible(cast: Cast, application: Application) -> None:
    officer = cast.people["officer"]
    applications.begin_check(application_id=application.pk, by=officer)
    judge_all_met(cast, application)
    applications.find_eligible(application_id=application.pk, by=officer)


def find_ineligible(cast: Cast, application: Application) -> None:
    officer = cast.people["officer"]
    applications.begin_check(application_id=application.pk, by=officer)
    check = application.eligibility_checks.get(rule="RESTRICTION")
    reason = "시연: 다른 부처 사업에서 참여제한을 받고 있습니다."
    applications.judge_rule(check_id=check.pk, verdict="NOT_MET", reason=reason, by=officer)
    applications.find_ineligible(application_id=application.pk, reason=reason, by=officer)


def fill_pool(cast: Cast, programme: Round) -> None:
    """Three evaluators: one advised company 13 (found from that fact), one declares company 14 on the list of names."""
    officer = cast.people["officer"]
    fields = (["II", "X"], ["IX"], ["IX", "X"])
    for number, expertise in enumerate(EXPERTISE, 1):
        user, until = cast.people[f"evaluator{number}"], clock.today() - timedelta(days=300)
        place = Entered("EMPLOYMENT", f"[시연] 가상연구소 {number}", [f"Fictional Institute {number}"])
        evaluation.add_affiliation(user_id=user.pk, entered=place, by=user)
        if number == 1:
            advised = Entered("ADVICE", cast.companies[13].name_ko.replace(" ", ""), ends_on=until)
            evaluation.add_affiliation(user_id=user.pk, entered=advised, by=user)
        member = evaluation.add_to_pool(
            round_id=programme.pk, user_id=user.pk, expertise=expertise, fields=fields[number - 1], languages=["ko", "en"],
            by=officer,
        )  # fmt: skip
        keys = [cast.companies[14].organisation.ref] if number == 2 else []
        evaluation.declare_names(member_id=member.pk, keys=keys, ground="시연: 공동 연구를 하고 있습니다.", by=user)


def assign_as_proposed(cast: Cast, programme: Round) -> None:
    """The portal computes who evaluates what; the officer applies it as it is."""
    officer = cast.people["officer"]
    run = evaluation.propose_assignments(round_id=programme.pk, by=officer)
    evaluation.apply_proposal(run_id=run.pk, by=officer)
    evaluation.apply_proposals()


def assigned(application: Application) -> list[Assignment]:
    return list(Assignment.objects.filter(application=application).select_related("evaluator").order_by("pk"))


def assign(cast: Cast, application: Application, *names: str) -> list[Assignment]:
    return [
        evaluation.assign(application_id=application.pk, evaluator_id=cast.people[name].pk, by=cast.people["officer"])
        for name in names
    ]


def end_assignment(cast: Cast, assignment: Assignment, how: str) -> None:
    """how: decline, recuse (the evaluator does) or withdraw (the officer does)."""
    by = assignment.evaluator
    if how == "decline":
        evaluation.decline(assignment_id=assignment.pk, reason="시연: 해외 출장으로 기한을 지킬 수 없습니다.", by=by)
    elif how == "recuse":
        evaluation.recuse(assignment_id=assignment.pk, ground="시연: 2025년에 이 기업을 자문했습니다.", by=by)
    else:
        reason = "시연: 다른 평가위원에게 배정합니다."
        evaluation.withdraw_assignment(assignment_id=assignment.pk, reason=reason, by=cast.people["officer"])


def score(assignment: Assignment, points: int, *, accept: bool = True) -> None:
    """Declares no conflict (unless that was done), scores every criterion around `points`, hands in."""
    by = assignment.evaluator
    if accept:
        evaluation.accept(assignment_id=assignment.pk, by=by)
    criteria = Criterion.objects.filter(round_id=assignment.application.round_id)
    scores = {c.pk: (max(0, min(100, points + (c.pk * 7 + assignment.pk * 3) % 9 - 4)), "시연 의견") for c in criteria}
    evaluation.save_scores(assignment_id=assignment.pk, scores=scores, comment="시연을 위한 평가 의견입니다.", by=by)
    evaluation.submit_scores(assignment_id=assignment.pk, by=by)
