"""Eligibility: each rule a pure function of facts and policy, with its reason in two languages. Source: domain.md §1.8, 6.2.

MET and NOT_MET follow from the facts; NEEDS_PERSON says that a person must look. A rule never guesses: what is unknown
needs a person.
"""

from collections.abc import Callable, Mapping

from vouchers.applications.rules.eligibility import company, handed_in
from vouchers.applications.rules.eligibility.facts import BLOCKING, REMEDIES, RULE_VERSION, Facts, Finding, Rule, Supported
from vouchers.applications.rules.eligibility.handed_in import overlap
from vouchers.applications.rules.stages import Verdict
from vouchers.rounds.rules import Policy

__all__ = [
    "BLOCKING",
    "REMEDIES",
    "RULE_VERSION",
    "Facts",
    "Finding",
    "Rule",
    "Supported",
    "blocking",
    "eligibility",
    "judge",
    "overlap",
    "undecided",
]


def eligibility(facts: Facts, policy: Policy) -> list[Finding]:
    """Every rule with its verdict and its reason, in the order of `Rule`."""
    return [judge(rule, facts, policy) for rule in Rule]


def judge(rule: Rule, facts: Facts, policy: Policy) -> Finding:
    """One rule alone."""
    return _JUDGES[rule](facts, policy)


def blocking(facts: Facts, policy: Policy) -> list[Finding]:
    """What stops a submission already at the door. The other rules are judged later, by an officer's check."""
    found = (judge(rule, facts, policy) for rule in Rule if rule in BLOCKING)
    return [finding for finding in found if finding.verdict == Verdict.NOT_MET]


def undecided(verdicts: Mapping[str, str]) -> list[str]:
    """Rules (code → verdict) that stand in the way of "eligible": not met, waiting for a person, or never asked."""
    return [rule for rule in Rule if verdicts.get(rule) != Verdict.MET]


_JUDGES: Mapping[Rule, Callable[[Facts, Policy], Finding]] = {
    Rule.BRN: company.brn,
    Rule.TAX_STATUS: company.tax_status,
    Rule.VERIFICATION: company.verification,
    Rule.SIZE: company.size,
    Rule.CERTIFICATE: company.certificate,
    Rule.REGION: company.region,
    Rule.RESTRICTION: company.restriction,
    Rule.ONE_APPLICATION: handed_in.one_application,
    Rule.DUPLICATE: handed_in.duplicate,
    Rule.OWN_SHARE: handed_in.own_share,
    Rule.CAP: handed_in.cap,
    Rule.QUOTES: handed_in.quotes,
    Rule.PROVIDERS: handed_in.providers,
    Rule.DOCUMENTS: handed_in.documents,
    Rule.IN_TIME: handed_in.in_time,
}
