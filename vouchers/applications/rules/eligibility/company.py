"""The rules about the company itself."""

from typing import Any

from vouchers.applications.rules.eligibility.facts import Facts, Finding, Rule, finding, iso, last_day, met
from vouchers.applications.rules.stages import Verdict
from vouchers.applications.rules.words import day_en, day_ko, size_words
from vouchers.companies.rules import CompanySize, TaxStatus, Verification, brn_valid
from vouchers.rounds.rules import Policy


def brn(facts: Facts, policy: Policy) -> Finding:
    return met(
        Rule.BRN,
        brn_valid(facts.brn),
        ("사업자등록번호의 검증번호가 맞습니다.", "The check digit of the business registration number is right."),
        ("사업자등록번호의 검증번호가 맞지 않습니다.", "The check digit of the business registration number is wrong."),
        brn=facts.brn,
    )


def tax_status(facts: Facts, policy: Policy) -> Finding:
    status = facts.tax_status
    if facts.tax_unanswered and status != TaxStatus.CLOSED:
        words = (
            "국세청이 다시 조회에 답하지 않아 담당자 확인이 필요합니다.",
            "The tax service did not answer when it was asked again; a person must check.",
        )
        return finding(Rule.TAX_STATUS, Verdict.NEEDS_PERSON, *words, tax_status=status, tax_unanswered=True)
    if status == TaxStatus.ACTIVE:
        words = "국세청에 계속사업자로 등록되어 있습니다.", "The tax service lists the business as active."
        return finding(Rule.TAX_STATUS, Verdict.MET, *words, tax_status=status)
    if status == TaxStatus.CLOSED:
        words = "국세청에 폐업자로 등록되어 있습니다.", "The tax service lists the business as closed."
        return finding(Rule.TAX_STATUS, Verdict.NOT_MET, *words, tax_status=status)
    words = {
        TaxStatus.SUSPENDED: (
            "휴업 중으로 조회되어 담당자 확인이 필요합니다.",
            "The business is listed as suspended; a person must check.",
        ),
        TaxStatus.UNREGISTERED: (
            "국세청에 등록되지 않은 번호로 조회되어 담당자 확인이 필요합니다.",
            "The tax service does not know the number; a person must check.",
        ),
    }.get(
        TaxStatus(status),
        ("국세청 조회 결과가 아직 없어 담당자 확인이 필요합니다.", "The tax service has not answered yet; a person must check."),
    )
    return finding(Rule.TAX_STATUS, Verdict.NEEDS_PERSON, *words, tax_status=status)


def verification(facts: Facts, policy: Policy) -> Finding:
    if facts.verification == Verification.VERIFIED:
        words = "사업자 등록이 확인되었습니다.", "The registration is verified."
        return finding(Rule.VERIFICATION, Verdict.MET, *words, verification=facts.verification)
    if facts.verification == Verification.REFUSED:
        words = "사업자 등록 확인이 거절되었습니다.", "The registration was refused."
        return finding(Rule.VERIFICATION, Verdict.NOT_MET, *words, verification=facts.verification)
    words = (
        "사업자 등록이 아직 확인되지 않았거나 분쟁이 있어 담당자 확인이 필요합니다.",
        "The registration is not verified yet or disputed; a person must check.",
    )
    return finding(Rule.VERIFICATION, Verdict.NEEDS_PERSON, *words, verification=facts.verification)


def size(facts: Facts, policy: Policy) -> Finding:
    ko, en = size_words(facts.company_size)
    return met(
        Rule.SIZE,
        facts.company_size in policy.eligible_company_sizes,
        (f"기업 규모({ko})가 신청 자격에 해당합니다.", f"The company size ({en}) may apply in this call."),
        (
            f"기업 규모({ko})는 이번 공고의 신청 대상이 아닙니다.",
            f"The company size ({en}) may not apply in this call.",
        ),
        company_size=facts.company_size,
        eligible=list(policy.eligible_company_sizes),
    )


def certificate(facts: Facts, policy: Policy) -> Finding:
    until, needed = facts.certificate_valid_to, last_day(facts.deadline)
    fact: dict[str, Any] = {"valid_to": iso(until), "needed_on": iso(needed), "certificate_size": facts.certificate_size}
    if facts.company_size == CompanySize.PRE_STARTUP:
        words = (
            "예비창업자는 확인서가 없어 담당자 확인이 필요합니다.",
            "A pre-founder has no certificate; a person must check.",
        )
        return finding(Rule.CERTIFICATE, Verdict.NEEDS_PERSON, *words, **fact)
    if until is None:
        words = "유효한 기업 규모 확인서가 등록되지 않았습니다.", "No valid size certificate is registered."
        return finding(Rule.CERTIFICATE, Verdict.NEEDS_PERSON, *words, **fact)
    return met(
        Rule.CERTIFICATE,
        needed is None or until >= needed,
        (f"확인서가 {day_ko(until)}까지 유효합니다.", f"The certificate is valid until {day_en(until)}."),
        (
            f"확인서가 {day_ko(until)}에 만료되어 접수 마감일({day_ko(needed)})에 유효하지 않습니다.",
            f"The certificate ends on {day_en(until)} and is not valid on the closing day ({day_en(needed)}).",
        ),
        **fact,
    )


def region(facts: Facts, policy: Policy) -> Finding:
    """Where the head office must be, where the call says so; what its region adds to the rate is reckoned in the ceiling's rule."""
    ko, en = facts.region_words
    fact: dict[str, Any] = {"region": facts.region, "regions": list(policy.eligible_regions)}
    if not facts.region:
        words = "소재지가 등록되지 않아 담당자 확인이 필요합니다.", "No region is registered; a person must check."
        return finding(Rule.REGION, Verdict.NEEDS_PERSON if policy.uses_region else Verdict.MET, *words, **fact)
    if not policy.eligible_regions:
        words = f"모든 지역이 신청할 수 있습니다(소재지 {ko}).", f"Every region may apply (head office: {en})."
        return finding(Rule.REGION, Verdict.MET, *words, **fact)
    return met(
        Rule.REGION,
        facts.region in policy.eligible_regions,
        (f"소재지({ko})가 이번 공고의 대상 지역입니다.", f"The region of the head office ({en}) may apply in this call."),
        (
            f"소재지({ko})가 이번 공고의 대상 지역이 아닙니다.",
            f"The region of the head office ({en}) may not apply in this call.",
        ),
        **fact,
    )


def restriction(facts: Facts, policy: Policy) -> Finding:
    if facts.person_restricted and not facts.restricted:
        words = (
            "대표자와 이름이 같은 사람이 참여제한 중이어서 담당자 확인이 필요합니다.",
            "A representative bears the name of a restricted person; a person must check.",
        )
        return finding(Rule.RESTRICTION, Verdict.NEEDS_PERSON, *words, restricted=False, person_restricted=True)
    return met(
        Rule.RESTRICTION,
        not facts.restricted,
        ("참여제한 대상이 아닙니다.", "No restriction of participation is in force."),
        ("참여제한 기간 중입니다.", "A restriction of participation is in force."),
        restricted=facts.restricted,
    )
