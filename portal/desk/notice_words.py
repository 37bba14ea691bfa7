"""Every notice's name for people, as it stands in the list where they choose what comes by e-mail."""

from portal.kit.words import korean

# template → (Korean, English)
WORDS: dict[str, tuple[str, str]] = {
    "access_allowed": ("활용 허용", "Access allowed"),
    "access_decided": ("심의 결정", "A review was decided"),
    "access_provided": ("데이터 제공", "Data provided"),
    "access_submitted": ("활용신청 접수", "An access request arrived"),
    "access_supplement": ("활용신청 보완 요청", "An access request needs more papers"),
    "agreement_active": ("협약 체결", "Agreement in force"),
    "agreement_completed": ("협약 완료", "Agreement completed"),
    "agreement_resumed": ("협약 재개", "Agreement resumed"),
    "agreement_returned": ("협약서 반려", "Agreement sent back"),
    "agreement_suspended": ("협약 중지", "Agreement suspended"),
    "agreement_terminated": ("협약 해지", "Agreement terminated"),
    "agreement_to_sign": ("협약 서명 요청", "Agreement to sign"),
    "api_key_made": ("API 키 생성", "API key made"),
    "api_key_revoked": ("API 키 폐기", "API key revoked"),
    "application_certification_asked": ("신청서 대표자 확인 요청", "Certification of an application asked"),
    "application_eligible": ("적격 판정", "Application eligible"),
    "application_ineligible": ("부적격 판정", "Application not eligible"),
    "application_received": ("신청서 접수", "Application received"),
    "application_reopened": ("이의신청 인용에 따른 재검토", "Application taken up again"),
    "application_supplement_missed": ("보완 자료 제출 기한 경과", "A supplement did not come in time"),
    "application_supplement_requested": ("신청서 보완 요청", "Application needs more"),
    "application_commented": ("신청서에 대한 동료 의견", "Comment of a colleague on an application"),
    "application_withdrawn": ("신청 철회", "Application withdrawn"),
    "award_accepted": ("선정 수락", "Award accepted"),
    "award_ended": ("선정 종료", "Award ended"),
    "award_given_up": ("선정 취소·포기", "Award cancelled or declined"),
    "award_lapsed": ("선정 효력 상실", "Award lapsed"),
    "award_notified": ("선정 결과", "Award"),
    "company_change_decided": ("대표자 변경 결정", "Change of representative decided"),
    "company_dispute_settled": ("기업 등록 분쟁 처리", "Dispute about a company settled"),
    "company_disputed": ("기업 등록 분쟁 접수", "A company's registration is disputed"),
    "company_not_matched": ("사업자 정보 불일치", "Company details did not match"),
    "company_refused": ("기업 등록 반려", "Company registration refused"),
    "company_registered": ("기업 등록 접수", "Company registered"),
    "company_verified": ("기업 확인 완료", "Company verified"),
    "disbursement_closed": ("지급 없이 종결", "Closed without payment"),
    "disbursement_failed": ("지급 실패", "Payment failed"),
    "disbursement_paid": ("지급 완료", "Payment made"),
    "disbursement_requested": ("대금 청구", "Payment requested"),
    "disbursement_returned": ("대금 청구 반려", "Payment request returned"),
    "disbursement_sent_back": ("지급한 대금이 되돌아옴", "A payment came back"),
    "dataset_published": ("데이터셋 게시", "Dataset published"),
    "dataset_returned": ("데이터셋 보완 요청", "Dataset returned"),
    "harvest_failing": ("수집이 계속 실패함", "A source cannot be harvested"),
    "import_failed": ("가져오기를 포기함", "An import was given up"),
    "import_finished": ("가져오기 결과", "Result of an import"),
    "document_infected": ("올린 파일에서 바이러스 발견", "A virus was found in an uploaded file"),
    "late_entry_code": ("추가 접수 코드", "Code for a late entry"),
    "late_entry_confirmed": ("추가 접수 허용", "Late entry allowed"),
    "late_entry_revoked": ("추가 접수 허용 취소", "Late entry revoked"),
    "duty_opened": ("새로 할 일", "Something new to do"),
    "duty_reminder": ("마감 전 안내", "Reminder before a due day"),
    "challenge_decided": ("기피 신청 결정", "Challenge of an evaluator decided"),
    "evaluation_ended_early": ("평가 조기 종료", "Evaluation ended early"),
    "evaluation_invited": ("평가 요청", "Evaluation asked"),
    "evaluation_handed_back": ("다시 채점 요청", "Please score again"),
    "evaluation_withdrawn": ("평가 요청 취소", "Evaluation request taken back"),
    "joint_decided": ("공동심의 참여 결정", "Joint review: an institution decided"),
    "joint_invited": ("공동심의 요청", "Joint review asked"),
    "panel_opened": ("패널 평가 시작", "Panel opened"),
    "presentation_invited": ("발표평가 일정", "Your presentation"),
    "presentation_moved": ("발표평가 일정 변경", "Your presentation was moved"),
    "presentation_missed": ("발표평가 불참 기록", "Absence from your presentation"),
    "presentation_record_corrected": ("발표평가 출석 기록 정정", "Record of your presentation corrected"),
    "presentation_cancelled": ("발표평가 일정 취소", "Your presentation was cancelled"),
    "presentation_panel": ("발표평가 패널 일정", "Panel of a presentation"),
    "presentation_panel_cancelled": ("발표평가 패널 일정 취소", "Panel of a presentation cancelled"),
    "match_cancelled": ("매칭 취소", "Match cancelled"),
    "match_confirmed": ("매칭 확정", "Match confirmed"),
    "match_released": ("매칭 해제", "Match released"),
    "membership_decided": ("가입 요청의 결정", "Your request to join was decided"),
    "membership_ended": ("구성원 자격 종료", "Your membership ended"),
    "membership_invited": ("조직 초대", "Invitation to an organisation"),
    "membership_requested": ("동료의 가입 요청", "A colleague asks to join"),
    "milestone_accepted": ("마일스톤 인정", "Milestone accepted"),
    "milestone_due": ("마일스톤 마감 안내", "Milestone due"),
    "milestone_returned": ("마일스톤 반려", "Milestone returned"),
    "milestone_submitted": ("마일스톤 제출", "Milestone submitted"),
    "need_posted": ("데이터 수요 등록", "Data need posted"),
    "need_without_match": ("맞는 데이터 없음", "No data fits a need"),
    "objection_admissible": ("이의신청 심사 시작", "Objection under review"),
    "objection_decided": ("이의신청 결정", "Objection decided"),
    "objection_extended": ("이의신청 결정 기한 연장", "Decision about an objection put off"),
    "objection_filed": ("이의신청 접수", "Objection filed"),
    "objection_opinion_asked": ("이의신청에 대한 의견 요청", "Opinion on an objection asked"),
    "objection_opinion_given": ("이의신청에 대한 처분부서 의견", "Opinion on an objection given"),
    "objection_received": ("이의신청 접수 확인", "Objection received"),
    "objection_remedy_waived": ("이의신청 인용에 따른 조치 불필요 안내", "No act needed after an upheld objection"),
    "objection_remedied": ("이의신청 인용에 따른 조치", "Acted on an upheld objection"),
    "objection_upheld": ("이의신청 인용: 조치 필요", "Objection upheld: to act on"),
    "objection_withdrawn": ("이의신청 취하", "Objection withdrawn"),
    "offer_published": ("공급 상품 게시", "Offer published"),
    "offer_returned": ("공급 상품 보완 요청", "Offer returned"),
    "offer_submitted": ("공급 상품 제출", "Offer submitted"),
    "payment_parked": ("지급 확인 필요", "A payment waits for a person"),
    "penalty_recorded": ("선정 감점 기록", "Penalty in the selection"),
    "penalty_taken_back": ("선정 감점 취소", "Penalty taken back"),
    "feasibility_answered": ("환자 수 사전 조회 답변", "Count of patients answered"),
    "feasibility_asked": ("환자 수 사전 조회 요청", "Count of patients asked for"),
    "feasibility_expired": ("환자 수 사전 조회 만료", "Count of patients not answered"),
    "feasibility_refused": ("환자 수 사전 조회 불가", "Count of patients refused"),
    "feasibility_withdrawn": ("환자 수 사전 조회 철회", "Count of patients no longer asked for"),
    "quote_accepted": ("견적 수락", "Quote accepted"),
    "quote_answered": ("견적 질문의 답변", "A question about a quote was answered"),
    "quote_declined": ("견적 거절", "Quote declined"),
    "inquiry_answered": ("공고 질의 답변", "Question about a call answered"),
    "inquiry_set_aside": ("공고 질의 미답변", "Question about a call set aside"),
    "quote_expired": ("견적 만료", "Quote expired"),
    "quote_question": ("견적 질문", "Question about a quote"),
    "quote_received": ("견적 도착", "Quote received"),
    "quote_request_declined": ("견적 요청 거절", "Quote request declined"),
    "quote_requested": ("견적 요청", "Quote requested"),
    "quote_returned": ("준비한 견적 반려", "A prepared quote was returned"),
    "quote_to_agree": ("견적 동의 요청(연구책임자)", "Agree to a quote as principal investigator"),
    "quote_to_agree_by_link": ("견적 동의 요청(링크)", "Agree to a quote by a link"),
    "quote_to_approve": ("견적 동의 요청(기관)", "Agree to a quote for the institution"),
    "quote_withdrawn": ("견적 요청 철회", "Quote request withdrawn"),
    "release_opened": ("단계별 개방 알림", "A release has opened"),
    "search_found": ("저장한 검색의 새 데이터", "New data in a saved search"),
    "role_ended": ("역할 종료", "A role of yours was ended"),
    "role_granted": ("역할 부여", "A role was given to you"),
    "round_amended": ("공고 변경", "Call amended"),
    "round_announced": ("공고 게시", "Call announced"),
    "round_cancelled": ("공고 취소", "Call cancelled"),
    "promotion_declined": ("실제 회차 전환 반려", "Promotion of a rehearsal declined"),
    "round_sent_back": ("공고안 반려", "Call sent back"),
    "reserve_moved": ("예비 순위 변경", "Another place on the reserve list"),
    "selection_discarded": ("선정안 반려", "Selection discarded"),
    "selection_letter": ("선정 결과 통지서(전자송달)", "Letter of the result, electronic service"),
    "selection_not_selected": ("선정 결과: 미선정", "Not selected"),
    "selection_proposed": ("선정안 제안", "Selection proposed"),
    "selection_reserve": ("선정 결과: 예비", "On the reserve list"),
    "voucher_expired": ("바우처 유효기간 경과", "Voucher expired"),
    "voucher_issued": ("바우처 발급", "Voucher issued"),
}

# Always by e-mail too. What is served has its effect and its term from then on; the other tells of a day after which a right
# of one's own is lost. template → why, in both languages.
_SERVICE = (
    "처분과 통지는 송달로서 효력과 기한이 생기므로 끌 수 없습니다",
    "Decisions are served by it and terms run from then, so it cannot be switched off",
)
_TERM = (
    "기한이 지나면 권리를 잃을 수 있어 끌 수 없습니다",
    "A right of yours can be lost when its day passes, so it cannot be switched off",
)
MANDATORY: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        (
            "selection_letter", "selection_not_selected", "selection_reserve", "award_notified", "application_ineligible",
            "agreement_terminated", "agreement_suspended", "objection_decided", "objection_extended", "company_refused",
        ),
        _SERVICE,
    ),
    **dict.fromkeys(
        (
            "application_supplement_requested", "application_supplement_missed", "application_certification_asked",
            "access_supplement", "agreement_to_sign", "award_lapsed", "penalty_recorded", "round_cancelled",
            "late_entry_code", "late_entry_confirmed", "late_entry_revoked",
            "presentation_invited", "presentation_moved", "presentation_cancelled", "presentation_missed",
        ),
        _TERM,
    ),
}  # fmt: skip
# Reminders of what one's organisation owes are sent with `always`; the reminders of an office are its own choice.
OF_ORGANISATIONS: dict[str, tuple[str, str]] = {"duty_reminder": _TERM}
# What the people of an organisation may get at all, before the first of it came. kind of organisation → templates.
OFFERED: dict[str, tuple[str, ...]] = {
    "COMPANY": (
        "application_received", "application_commented", "application_eligible", "application_ineligible",
        "application_supplement_requested", "application_supplement_missed", "application_certification_asked",
        "application_withdrawn", "selection_letter", "selection_not_selected", "selection_reserve", "award_notified",
        "award_lapsed", "agreement_to_sign", "agreement_active", "feasibility_answered", "quote_received", "quote_expired", "match_confirmed",
        "objection_decided", "objection_extended", "disbursement_paid", "milestone_due", "membership_requested",
        "round_announced", "round_amended", "duty_reminder",
    ),
    "PROVIDER": (
        "feasibility_asked", "quote_requested", "quote_accepted", "quote_declined", "match_confirmed", "agreement_to_sign", "agreement_active",
        "access_submitted", "access_supplement", "milestone_due", "milestone_accepted", "disbursement_paid", "duty_reminder",
    ),
}  # fmt: skip


def why_mandatory(template: str, *, of_organisation: bool = False) -> str:
    """Why a notice always comes by e-mail too, in the reader's language; empty where it is a choice."""
    found = MANDATORY.get(template) or (OF_ORGANISATIONS.get(template) if of_organisation else None)
    return found[0 if korean() else 1] if found else ""


def words(template: str) -> str:
    """The name of a notice in the reader's language; its readable code when nobody wrote one (a test finds those)."""
    found = WORDS.get(template)
    return found[0 if korean() else 1] if found else template.replace("_", " ").capitalize()
