"""The name of every kind of duty, as queues are called; a duty's own title adds its subject."""

from portal.kit.words import korean

# verb → (Korean, English)
WORDS: dict[str, tuple[str, str]] = {
    "accept": ("평가 수락 여부", "Say whether you may evaluate"),
    "accept_award": ("선정 수락", "Answer the award"),
    "accept_milestone": ("마일스톤 검수", "Accept milestones"),
    "accept_quote": ("견적 수락", "Answer quotes"),
    "adopt_joint": ("공동 DRB 결과 채택", "Adopt joint DRB results"),
    "announce": ("공고 승인", "Approve announcements"),
    "answer_joint": ("공동 DRB 참여 여부", "Answer joint DRB invitations"),
    "approve_disbursement": ("지급 승인", "Approve disbursements"),
    "approve_membership": ("구성원 가입 승인", "Decide about memberships"),
    "assign": ("평가위원 배정", "Assign evaluators"),
    "assign_evaluators": ("평가위원 배정", "Assign evaluators to a round"),
    "begin_check": ("요건검토 시작", "Begin eligibility checks"),
    "begin_evaluation": ("평가 시작", "Begin the evaluation"),
    "check_evidence": ("지급 증빙 확인", "Check evidence"),
    "clarify": ("견적 질문 답변", "Answer questions about quotes"),
    "close_disbursement": ("해지된 협약의 지급 종결", "Close payments of terminated agreements"),
    "confirm_disbursement": ("대금 청구 확인", "Confirm disbursements"),
    "confirm_drb_letter": ("외부 DRB 결과서 확인", "Check outside DRB letters"),
    "confirm_irb_letter": ("외부 IRB 결과서 확인", "Check outside IRB letters"),
    "confirm_match": ("매칭 확인", "Confirm matches"),
    "confirm_milestone": ("검수 확인", "Check acceptances"),
    "confirm_receipt": ("데이터 수령 확인", "Confirm receipt of data"),
    "confirm_selection": ("선정 확정", "Confirm selections"),
    "decide_drb": ("DRB 심의 결과", "Enter DRB decisions"),
    "decide_eligibility": ("요건검토 결과 결정", "Decide about eligibility"),
    "decide_ethics": ("IRB 심의 결과", "Enter IRB decisions"),
    "decide_joint": ("공동 DRB 심의", "Decide joint DRBs"),
    "decide_representative_change": ("대표자 변경 결정", "Decide about representatives"),
    "draft_agreement": ("협약서 작성", "Draft agreements"),
    "explain_attempt": ("은행 기록과 다른 이체 확인", "Explain transfers that the bank records otherwise"),
    "plan_milestones": ("마일스톤 계획", "Plan milestones"),
    "post_letter": ("결과통지서 우편 발송", "Post letters of results"),
    "propose_selection": ("선정안 제안", "Propose selections"),
    "provide_data": ("데이터 제공", "Provide data"),
    "quote": ("견적 작성", "Send quotes"),
    "record_service": ("결과통지서 송달일 입력", "Record deliveries of letters"),
    "register_disbursement": ("지급 등록", "Register payments"),
    "request_disbursement": ("대금 청구", "Request disbursements"),
    "resolve_attempt": ("이체 결과 확인", "Resolve unclear transfers"),
    "resubmit_disbursement": ("대금 청구 보완", "Mend disbursement requests"),
    "resubmit_drb": ("DRB 보완", "Revise for the DRB"),
    "resubmit_ethics": ("IRB 보완", "Revise for the IRB"),
    "resume_check": ("보완 자료 미제출, 요건검토 재개", "Take checks up again without the supplement"),
    "retry_disbursement": ("이체 재시도", "Retry failed payments"),
    "send_for_signature": ("협약서 서명 요청", "Send agreements for signature"),
    "settle_dispute": ("등록 분쟁 처리", "Settle disputed claims"),
    "sign": ("협약서 서명", "Sign agreements"),
    "start_projects": ("과제 수행 시작", "Start projects"),
    "start_review": ("활용신청 서류 확인", "Check access requests"),
    "submit_application": ("신청서 제출", "Submit applications"),
    "submit_for_review": ("회차 내부검토 요청", "Submit calls for review"),
    "submit_milestone": ("마일스톤 제출", "Submit milestones"),
    "submit_scores": ("평가 점수 제출", "Hand in scores"),
    "supply_supplement": ("보완 자료 제출", "Answer supplement requests"),
    "verify_company": ("기업 등록 확인", "Check company registrations"),
    "verify_payee": ("지급 계좌 확인", "Verify payee accounts"),
}


def words(verb: str, title: str = "") -> str:
    """The kind's name in the reader's language; without one, the part of a duty's title before its subject."""
    pair = WORDS.get(verb)
    return pair[0 if korean() else 1] if pair else title.split(":")[0].strip() or verb.replace("_", " ")
