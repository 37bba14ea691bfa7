"""The rules about what was handed in: amounts, matches, providers, documents, time."""

from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from vouchers.applications.rules.eligibility.facts import Facts, Finding, Rule, finding, iso, last_day, met
from vouchers.applications.rules.stages import Verdict
from vouchers.applications.rules.words import day_en, day_ko
from vouchers.rounds.rules import Policy


def one_application(facts: Facts, policy: Policy) -> Finding:
    allowed, others = policy.applications_per_company, facts.other_live_applications
    return met(
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


def duplicate(facts: Facts, policy: Policy) -> Finding:
    """The same content is supported once: what the company declares, and what this programme itself supports at that time."""
    fact: dict[str, Any] = {"supported": [one.receipt_no for one in facts.supported], "declares_alone": facts.declares_alone}
    same = [one.receipt_no for one in facts.supported if one.same_need]
    if same:
        words = (
            f"같은 데이터 수요로 이미 지원받고 있는 과제가 있습니다: {', '.join(same)}.",
            f"A project on the same data need is supported already: {', '.join(same)}.",
        )
        return finding(Rule.DUPLICATE, Verdict.NOT_MET, *words, **fact)
    if facts.supported:
        names = ", ".join(one.receipt_no for one in facts.supported)
        words = (
            f"같은 기간에 지원받는 다른 과제가 있어 내용이 겹치는지 담당자 확인이 필요합니다: {names}.",
            f"Another project is supported in the same time; a person must check whether the contents overlap: {names}.",
        )
        return finding(Rule.DUPLICATE, Verdict.NEEDS_PERSON, *words, **fact)
    if not facts.declares_alone:
        words = (
            "다른 지원을 받지 않는다는 서약이 없어 담당자 확인이 필요합니다.",
            "The company has not declared that nobody else supports the same content; a person must check.",
        )
        return finding(Rule.DUPLICATE, Verdict.NEEDS_PERSON, *words, **fact)
    words = (
        "다른 지원이 없다고 서약했고, 같은 기간에 지원받는 과제가 없습니다.",
        "The company declared that nobody else supports it, and no project of it is supported in the same time.",
    )
    return finding(Rule.DUPLICATE, Verdict.MET, *words, **fact)


def overlap(mine: tuple[date | None, date | None], theirs: tuple[date | None, date | None]) -> bool:
    """Whether two periods of projects meet, ends included; a day that is not known may lie anywhere."""
    return not (theirs[1] and mine[0] and theirs[1] < mine[0]) and not (theirs[0] and mine[1] and theirs[0] > mine[1])


def _floor(amount: int, rate: Decimal) -> int:
    return int((Decimal(amount) * rate).to_integral_value(rounding=ROUND_FLOOR))


def own_share(facts: Facts, policy: Policy) -> Finding:
    minimum, in_kind_most = (
        _floor(facts.supply_won, policy.min_cash_rate),
        _floor(facts.supply_won, policy.in_kind_max_rate),
    )
    adds_up = facts.grant_won + facts.own_cash_won == facts.supply_won and facts.supply_won > 0
    good = adds_up and facts.own_cash_won >= minimum and facts.own_in_kind_won <= in_kind_most
    sums = f"{facts.supply_won:,} = {facts.grant_won:,} + {facts.own_cash_won:,}"
    return met(
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


def cap(facts: Facts, policy: Policy) -> Finding:
    cap = facts.cap_won
    if facts.company_size not in policy.grant_rates:
        words = (
            "기업 규모에 대한 지원 비율이 정해지지 않았습니다.",
            "The call has no grant rate for this company size.",
        )
        return finding(Rule.CAP, Verdict.NOT_MET, *words, company_size=facts.company_size)
    by_rate = _floor(facts.supply_won, policy.rate(facts.company_size, facts.region))
    limit = by_rate if cap is None else min(cap, by_rate)
    cap_ko, cap_en = (f"한도 {cap:,}원", f"ceiling KRW {cap:,}") if cap is not None else ("한도 없음", "no ceiling")
    return met(
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


def quotes(facts: Facts, policy: Policy) -> Finding:
    until, needed = facts.quotes_valid_until, last_day(facts.submitted_at)
    fact: dict[str, Any] = {"confirmed_matches": facts.confirmed_matches, "valid_until": iso(until)}
    if not facts.confirmed_matches:
        return met(
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
        return finding(Rule.QUOTES, Verdict.NOT_MET, *words, **fact)
    words = (
        f"확정된 매칭 {facts.confirmed_matches}건의 견적이 제출일에 유효합니다{f'({day_ko(until)}까지)' if until else ''}.",
        f"The quotes of the confirmed matches ({facts.confirmed_matches}) were valid on the day of submission"
        f"{f', until {day_en(until)}' if until else ''}.",
    )
    return finding(Rule.QUOTES, Verdict.MET, *words, **fact)


def providers(facts: Facts, policy: Policy) -> Finding:
    admitted = set(policy.eligible_provider_types)
    wrong = sum(1 for types in facts.provider_types if not admitted & set(types))
    return met(
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


def documents(facts: Facts, policy: Policy) -> Finding:
    lacking = [kind for kind in policy.required_documents if kind not in facts.documents]
    return met(
        Rule.DOCUMENTS,
        not lacking,
        (
            f"필수 서류 {len(policy.required_documents)}건이 모두 있습니다.",
            f"All {len(policy.required_documents)} required documents are there.",
        ),
        (f"필수 서류 {len(lacking)}건이 없습니다.", f"{len(lacking)} required document(s) are missing."),
        missing=lacking,
    )


def in_time(facts: Facts, policy: Policy) -> Finding:
    at, deadline = facts.submitted_at, facts.deadline
    fact: dict[str, Any] = {
        "submitted_at": at.isoformat() if at else None,
        "deadline": deadline.isoformat() if deadline else None,
    }
    if at is None or deadline is None:
        words = "제출 시각이 기록되지 않았습니다.", "No time of submission is recorded."
        return finding(Rule.IN_TIME, Verdict.NEEDS_PERSON, *words, **fact)
    if not facts.handed_in:
        return met(
            Rule.IN_TIME,
            at < deadline,
            ("지금 제출하면 접수 마감 전입니다.", "If you submit now, it is before the closing time."),
            ("접수가 마감되어 지금은 제출할 수 없습니다.", "The closing time has passed: nothing can be submitted any more."),
            **fact,
        )
    return met(
        Rule.IN_TIME,
        at < deadline,
        ("접수 마감 전에 제출되었습니다.", "Submitted before the closing time."),
        ("접수 마감 뒤에 제출되었습니다.", "Submitted after the closing time."),
        **fact,
    )
