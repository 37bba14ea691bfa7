"""Eligibility: each rule a pure function of facts and policy, with its reason in two languages. Source: domain.md §1.8, 6.2.

MET and NOT_MET follow from the facts; NEEDS_PERSON says that a person must look. A rule never guesses: what is unknown
needs a person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit import clock
from portal.kit.codes import Codes
from vouchers.applications.rules.stages import Verdict
from vouchers.applications.rules.words import day_en, day_ko, size_words
from vouchers.companies.rules import CompanySize, TaxStatus, Verification, brn_valid
from vouchers.rounds.rules import Policy

RULE_VERSION = "1"


@dataclass(frozen=True)
class Facts:
    """What eligibility looks at, copied at the moment of the question; money in whole won.

    company_size: as decided by the valid certificate, else as stated. provider_types: for each provider the types that it
    counts as. region: the company's. matches_required: the round wants confirmed matches at submission.
    """

    brn: str
    tax_status: str
    company_size: str
    certificate_valid_to: date | None
    certificate_size: str | None
    verification: str
    restricted: bool
    other_live_applications: int
    supply_won: int
    grant_won: int
    own_cash_won: int
    own_in_kind_won: int
    cap_won: int | None
    matches_required: bool
    confirmed_matches: int
    quotes_valid_until: date | None
    provider_types: Sequence[Sequence[str]]
    documents: Sequence[str]
    submitted_at: datetime | None
    deadline: datetime | None
    region: str = ""


@dataclass(frozen=True)
class Finding:
    """One rule's verdict. fact: what it looked at, as code → value; words are made by the page."""

    rule: str
    verdict: Verdict
    reason_ko: str
    reason_en: str
    fact: Mapping[str, Any]


class Rule(Codes):
    """The rules, in the order in which officers read them."""

    BRN = "BRN", _("Business registration number")
    TAX_STATUS = "TAX_STATUS", _("Business status at the tax service")
    VERIFICATION = "VERIFICATION", _("Verified registration")
    SIZE = "SIZE", _("Company size")
    CERTIFICATE = "CERTIFICATE", _("Size certificate")
    RESTRICTION = "RESTRICTION", _("Restriction of participation")
    ONE_APPLICATION = "ONE_APPLICATION", _("Number of applications")
    OWN_SHARE = "OWN_SHARE", _("Own contribution")
    CAP = "CAP", _("Grant within the ceiling")
    QUOTES = "QUOTES", _("Matches and valid quotes")
    PROVIDERS = "PROVIDERS", _("Eligible providers")
    DOCUMENTS = "DOCUMENTS", _("Required documents")
    IN_TIME = "IN_TIME", _("Submitted in time")


# What would change a verdict that is not "met".
REMEDIES: Mapping[str, str | Promise] = {
    Rule.BRN: _("Correct the number on your company page."),
    Rule.TAX_STATUS: _("A certificate of the tax office that shows the business as active changes this."),
    Rule.VERIFICATION: _("Once the registration is verified on your company page, this is met."),
    Rule.SIZE: _("Only another size certificate changes this."),
    Rule.CERTIFICATE: _("Add a certificate that is valid on the closing day to your company page."),
    Rule.RESTRICTION: _("After the restriction has ended a new application is possible."),
    Rule.ONE_APPLICATION: _("Withdraw the application that you do not want to pursue."),
    Rule.OWN_SHARE: _("Correct the amounts in the budget."),
    Rule.CAP: _("Correct the amounts in the budget, or apply to another track."),
    Rule.QUOTES: _("Have the match confirmed by both sides, or ask the provider for a new quote."),
    Rule.PROVIDERS: _("Choose a provider of a type that this call admits."),
    Rule.DOCUMENTS: _("Upload the missing documents when a supplement is asked for."),
    Rule.IN_TIME: _("Nothing: the closing time of the server counts."),
}
# Rules whose contrary verdict stops the submission itself; for the rest an officer decides.
BLOCKING = frozenset({Rule.BRN, Rule.TAX_STATUS, Rule.SIZE, Rule.RESTRICTION, Rule.OWN_SHARE, Rule.CAP, Rule.PROVIDERS})


def eligibility(facts: Facts, policy: Policy) -> list[Finding]:
    """Every rule with its verdict and its reason, in the order of `Rule`."""
    return [judge(rule, facts, policy) for rule in Rule]


def judge(rule: Rule, facts: Facts, policy: Policy) -> Finding:
    """One rule alone."""
    return _JUDGES[rule](facts, policy)


def blocking(findings: Sequence[Finding]) -> list[Finding]:
    """What stops a submission already at the door."""
    return [f for f in findings if f.verdict == Verdict.NOT_MET and f.rule in BLOCKING]


def undecided(verdicts: Mapping[str, str]) -> list[str]:
    """Rules (code → verdict) that stand in the way of "eligible": not met, waiting for a person, or never asked."""
    return [rule for rule in Rule if verdicts.get(rule) != Verdict.MET]


def _finding(rule: Rule, verdict: Verdict, ko: str, en: str, **fact: Any) -> Finding:
    return Finding(rule.value, verdict, ko, en, fact)


def _met(rule: Rule, good: bool, yes: tuple[str, str], no: tuple[str, str], **fact: Any) -> Finding:
    return _finding(rule, Verdict.MET if good else Verdict.NOT_MET, *(yes if good else no), **fact)


def _brn(facts: Facts, policy: Policy) -> Finding:
    return _met(
        Rule.BRN,
        brn_valid(facts.brn),
        ("사업자등록번호의 검증번호가 맞습니다.", "The check digit of the business registration number is right."),
        ("사업자등록번호의 검증번호가 맞지 않습니다.", "The check digit of the business registration number is wrong."),
        brn=facts.brn,
    )


def _tax_status(facts: Facts, policy: Policy) -> Finding:
    status = facts.tax_status
    if status == TaxStatus.ACTIVE:
        words = "국세청에 계속사업자로 등록되어 있습니다.", "The tax service lists the business as active."
        return _finding(Rule.TAX_STATUS, Verdict.MET, *words, tax_status=status)
    if status == TaxStatus.CLOSED:
        words = "국세청에 폐업자로 등록되어 있습니다.", "The tax service lists the business as closed."
        return _finding(Rule.TAX_STATUS, Verdict.NOT_MET, *words, tax_status=status)
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
    return _finding(Rule.TAX_STATUS, Verdict.NEEDS_PERSON, *words, tax_status=status)


def _verification(facts: Facts, policy: Policy) -> Finding:
    if facts.verification == Verification.VERIFIED:
        words = "사업자 등록이 확인되었습니다.", "The registration is verified."
        return _finding(Rule.VERIFICATION, Verdict.MET, *words, verification=facts.verification)
    if facts.verification == Verification.REFUSED:
        words = "사업자 등록 확인이 거절되었습니다.", "The registration was refused."
        return _finding(Rule.VERIFICATION, Verdict.NOT_MET, *words, verification=facts.verification)
    words = (
        "사업자 등록이 아직 확인되지 않았거나 분쟁이 있어 담당자 확인이 필요합니다.",
        "The registration is not verified yet or disputed; a person must check.",
    )
    return _finding(Rule.VERIFICATION, Verdict.NEEDS_PERSON, *words, verification=facts.verification)


def _size(facts: Facts, policy: Policy) -> Finding:
    ko, en = size_words(facts.company_size)
    return _met(
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


def _certificate(facts: Facts, policy: Policy) -> Finding:
    until, needed = facts.certificate_valid_to, _last_day(facts.deadline)
    fact: dict[str, Any] = {"valid_to": _iso(until), "needed_on": _iso(needed), "certificate_size": facts.certificate_size}
    if facts.company_size == CompanySize.PRE_STARTUP:
        words = (
            "예비창업자는 확인서가 없어 담당자 확인이 필요합니다.",
            "A pre-founder has no certificate; a person must check.",
        )
        return _finding(Rule.CERTIFICATE, Verdict.NEEDS_PERSON, *words, **fact)
    if until is None:
        words = "유효한 기업 규모 확인서가 등록되지 않았습니다.", "No valid size certificate is registered."
        return _finding(Rule.CERTIFICATE, Verdict.NEEDS_PERSON, *words, **fact)
    return _met(
        Rule.CERTIFICATE,
        needed is None or until >= needed,
        (f"확인서가 {day_ko(until)}까지 유효합니다.", f"The certificate is valid until {day_en(until)}."),
        (
            f"확인서가 {day_ko(until)}에 만료되어 접수 마감일({day_ko(needed)})에 유효하지 않습니다.",
            f"The certificate ends on {day_en(until)} and is not valid on the closing day ({day_en(needed)}).",
        ),
        **fact,
    )


def _restriction(facts: Facts, policy: Policy) -> Finding:
    return _met(
        Rule.RESTRICTION,
        not facts.restricted,
        ("참여제한 대상이 아닙니다.", "No restriction of participation is in force."),
        ("참여제한 기간 중입니다.", "A restriction of participation is in force."),
        restricted=facts.restricted,
    )


def _one_application(facts: Facts, policy: Policy) -> Finding:
    allowed, others = policy.applications_per_company, facts.other_live_applications
    return _met(
        Rule.ONE_APPLICATION,
        others < allowed,
        (
            f"이번 공고에서 진행 중인 다른 신청 {others}건, 허용 {allowed}건입니다.",
            f"Other live applications in this call: {others}; allowed: {allowed}.",
        ),
        (f"이번 공고에서 허용된 신청 {allowed}건을 넘습니다.", f"More than the {allowed} allowed in this call."),
        other_live_applications=others,
        allowed=allowed,
    )


def _floor(amount: int, rate: Decimal) -> int:
    return int((Decimal(amount) * rate).to_integral_value(rounding=ROUND_FLOOR))


def _own_share(facts: Facts, policy: Policy) -> Finding:
    minimum, in_kind_most = (
        _floor(facts.supply_won, policy.min_cash_rate),
        _floor(facts.supply_won, policy.in_kind_max_rate),
    )
    adds_up = facts.grant_won + facts.own_cash_won == facts.supply_won and facts.supply_won > 0
    good = adds_up and facts.own_cash_won >= minimum and facts.own_in_kind_won <= in_kind_most
    sums = f"{facts.supply_won:,} = {facts.grant_won:,} + {facts.own_cash_won:,}"
    return _met(
        Rule.OWN_SHARE,
        good,
        (f"공급가액 = 지원금 + 자부담(현금): {sums} (원)", f"Supply = grant + own cash: {sums} (won)"),
        (
            f"자부담이 기준에 맞지 않습니다: {sums} (원), 현금 최소 {minimum:,}원, 현물 최대 {in_kind_most:,}원",
            f"The own contribution does not fit: {sums} (won), cash at least {minimum:,}, in kind at most {in_kind_most:,}",
        ),
        supply_won=facts.supply_won,
        grant_won=facts.grant_won,
        own_cash_won=facts.own_cash_won,
        own_in_kind_won=facts.own_in_kind_won,
    )


def _cap(facts: Facts, policy: Policy) -> Finding:
    cap = facts.cap_won
    if facts.company_size not in policy.grant_rates:
        words = (
            "기업 규모에 대한 지원 비율이 정해지지 않았습니다.",
            "The call has no grant rate for this company size.",
        )
        return _finding(Rule.CAP, Verdict.NOT_MET, *words, company_size=facts.company_size)
    by_rate = _floor(facts.supply_won, policy.rate(facts.company_size, facts.region))
    limit = by_rate if cap is None else min(cap, by_rate)
    cap_ko, cap_en = (f"한도 {cap:,}원", f"ceiling KRW {cap:,}") if cap is not None else ("한도 없음", "no ceiling")
    return _met(
        Rule.CAP,
        facts.grant_won <= limit,
        (
            f"지원금 {facts.grant_won:,}원이 {cap_ko} 안에 있습니다.",
            f"The grant of KRW {facts.grant_won:,} is within the {cap_en}.",
        ),
        (
            f"지원금 {facts.grant_won:,}원이 허용액 {limit:,}원({cap_ko})을 넘습니다.",
            f"The grant of KRW {facts.grant_won:,} is above the allowed KRW {limit:,} ({cap_en}).",
        ),
        grant_won=facts.grant_won,
        limit_won=limit,
        cap_won=cap,
    )


def _quotes(facts: Facts, policy: Policy) -> Finding:
    until, needed = facts.quotes_valid_until, _last_day(facts.submitted_at)
    fact: dict[str, Any] = {"confirmed_matches": facts.confirmed_matches, "valid_until": _iso(until)}
    if not facts.confirmed_matches:
        return _met(
            Rule.QUOTES,
            not facts.matches_required,
            (
                "이 공고는 제출 뒤에 매칭을 확정할 수 있습니다.",
                "In this call the match may be confirmed after submission.",
            ),
            ("양쪽이 확정한 매칭이 없습니다.", "No match is confirmed by both sides."),
            **fact,
        )
    if until is not None and needed is not None and until < needed:
        words = f"견적이 {day_ko(until)}에 만료되었습니다.", f"A quote expired on {day_en(until)}."
        return _finding(Rule.QUOTES, Verdict.NOT_MET, *words, **fact)
    words = (
        f"확정된 매칭 {facts.confirmed_matches}건의 견적이 제출일에 유효합니다.",
        f"The quotes of the confirmed matches ({facts.confirmed_matches}) were valid on the day of submission.",
    )
    return _finding(Rule.QUOTES, Verdict.MET, *words, **fact)


def _providers(facts: Facts, policy: Policy) -> Finding:
    admitted = set(policy.eligible_provider_types)
    wrong = sum(1 for types in facts.provider_types if not admitted & set(types))
    return _met(
        Rule.PROVIDERS,
        wrong == 0,
        (
            "선택한 공급기관이 모두 이번 공고의 공급 자격을 갖추고 있습니다.",
            "Every chosen provider is of a type that this call admits.",
        )
        if facts.provider_types
        else ("아직 선택한 공급기관이 없어 제외할 사유가 없습니다.", "No provider is chosen yet, so none stands against it."),
        (
            f"공급 자격이 없는 기관이 {wrong}곳 있습니다.",
            f"Chosen providers of a type that this call does not admit: {wrong}.",
        ),
        providers=[list(types) for types in facts.provider_types],
        admitted=sorted(admitted),
    )


def _documents(facts: Facts, policy: Policy) -> Finding:
    lacking = [kind for kind in policy.required_documents if kind not in facts.documents]
    return _met(
        Rule.DOCUMENTS,
        not lacking,
        (
            f"필수 서류 {len(policy.required_documents)}건이 모두 있습니다.",
            f"All {len(policy.required_documents)} required documents are there.",
        ),
        (f"필수 서류 {len(lacking)}건이 없습니다.", f"{len(lacking)} required document(s) are missing."),
        missing=lacking,
    )


def _in_time(facts: Facts, policy: Policy) -> Finding:
    at, deadline = facts.submitted_at, facts.deadline
    fact: dict[str, Any] = {
        "submitted_at": at.isoformat() if at else None,
        "deadline": deadline.isoformat() if deadline else None,
    }
    if at is None or deadline is None:
        words = "제출 시각이 기록되지 않았습니다.", "No time of submission is recorded."
        return _finding(Rule.IN_TIME, Verdict.NEEDS_PERSON, *words, **fact)
    return _met(
        Rule.IN_TIME,
        at < deadline,
        ("접수 마감 전에 제출되었습니다.", "Submitted before the closing time."),
        ("접수 마감 뒤에 제출되었습니다.", "Submitted after the closing time."),
        **fact,
    )


def _last_day(moment: datetime | None) -> date | None:
    return clock.to_kst(moment).date() if moment else None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


_JUDGES: Mapping[Rule, Callable[[Facts, Policy], Finding]] = {
    Rule.BRN: _brn,
    Rule.TAX_STATUS: _tax_status,
    Rule.VERIFICATION: _verification,
    Rule.SIZE: _size,
    Rule.CERTIFICATE: _certificate,
    Rule.RESTRICTION: _restriction,
    Rule.ONE_APPLICATION: _one_application,
    Rule.OWN_SHARE: _own_share,
    Rule.CAP: _cap,
    Rule.QUOTES: _quotes,
    Rule.PROVIDERS: _providers,
    Rule.DOCUMENTS: _documents,
    Rule.IN_TIME: _in_time,
}
