"""The demo's people: addresses, what they are, their roles. Fictional; their organisations say so."""

from typing import NamedTuple

from portal.accounts.rules import Role


class SignIn(NamedTuple):
    """email, who it is in both languages, the role, and the key of the demo organisation (None: everywhere)."""

    email: str
    who_en: str
    who_ko: str
    role: str
    organisation: str | None
    representative: bool = False


PEOPLE: tuple[SignIn, ...] = (
    SignIn("applicant@demo.example", "Start-up, representative", "수요기업 대표자", Role.REPRESENTATIVE, "company", True),
    SignIn("staff@demo.example", "Same start-up, staff", "같은 기업 실무자", Role.STAFF_MEMBER, "company"),
    SignIn("rival@demo.example", "Another start-up", "다른 수요기업 대표자", Role.REPRESENTATIVE, "rival", True),
    SignIn(
        "founder@demo.example",
        "Start-up, agreement still to be drafted",
        "협약을 앞둔 수요기업 대표자",
        Role.REPRESENTATIVE,
        "founder",
        True,
    ),
    SignIn("provider@demo.example", "Hospital, offers", "공급병원 담당자", Role.PROVIDER_MANAGER, "hospital"),
    SignIn("head@demo.example", "Same hospital, agrees to quotes", "같은 병원 견적 승인자", Role.PROVIDER_APPROVER, "hospital"),
    SignIn("board@demo.example", "Review-board secretary", "데이터심의위원회 간사", Role.PROVIDER_DRB_SECRETARY, "hospital"),
    SignIn("irb@demo.example", "IRB liaison", "IRB 담당자", Role.IRB_LIAISON, "hospital"),
    SignIn("member@demo.example", "Review-board member", "심의위원", Role.DRB_MEMBER, "hospital"),
    SignIn("provider2@demo.example", "Second hospital, offers", "두 번째 공급병원 담당자", Role.PROVIDER_MANAGER, "hospital2"),
    SignIn(
        "head2@demo.example", "Second hospital, agrees to quotes", "두 번째 병원 견적 승인자", Role.PROVIDER_APPROVER, "hospital2"
    ),
    SignIn("evaluator1@demo.example", "Evaluator 1", "평가위원 1", Role.EVALUATOR, None),
    SignIn("evaluator2@demo.example", "Evaluator 2", "평가위원 2", Role.EVALUATOR, None),
    SignIn("evaluator3@demo.example", "Evaluator 3", "평가위원 3", Role.EVALUATOR, None),
    SignIn("officer@demo.example", "Ministry case officer", "주무관", Role.MINISTRY_OFFICER, None),
    SignIn("officer2@demo.example", "Second case officer", "주무관 2", Role.MINISTRY_OFFICER, None),
    SignIn("approver@demo.example", "Ministry approver", "승인자", Role.MINISTRY_APPROVER, None),
    SignIn("approver2@demo.example", "Second approver", "승인자 2", Role.MINISTRY_APPROVER, None),
    SignIn("operator@demo.example", "Operating agency, case desk", "전담기관 담당자", Role.OPERATOR_CASE, "operator", True),
    SignIn(
        "operator2@demo.example", "Operating agency, second case desk", "전담기관 담당자 2", Role.OPERATOR_CASE, "operator", True
    ),
    SignIn("finance@demo.example", "Payments, approval", "전담기관 지급 승인", Role.OPERATOR_FINANCE, None),
    SignIn("finance2@demo.example", "Payments, second approval", "전담기관 지급 승인 2", Role.OPERATOR_FINANCE, None),
    SignIn("finance3@demo.example", "Payments, reads the bank's answers", "전담기관 지급 결과 담당", Role.OPERATOR_FINANCE, None),
    SignIn("registrar@demo.example", "Payments, registration", "지급 등록 담당", Role.PAYMENT_REGISTRAR, None),
    SignIn("reviewer@demo.example", "Decides objections", "이의신청 심사자", Role.OBJECTION_REVIEWER, None),
    SignIn("auditor@demo.example", "Auditor, reads all", "감사자", Role.AUDITOR, None),
    SignIn("admin@demo.example", "System administrator", "시스템 관리자", Role.SYSADMIN, None),
)

SIGN_INS: list[tuple[str, str, str]] = [(person.email, person.who_en, person.who_ko) for person in PEOPLE]
