"""What eligibility looks at, its rules by name, and how one finding is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kit import clock
from portal.kit.codes import Codes
from vouchers.applications.rules.stages import Verdict

RULE_VERSION = "3"  # 3: region and other support are asked; 2: a tax service that does not answer, and a restricted person's namesake, need a person


@dataclass(frozen=True)
class Supported:
    """Another project of the same company that is supported. receipt_no: of its application. ends_on: of its round's projects,
    None: not known. same_need: it rests on the very data need of this application."""

    receipt_no: str
    ends_on: date | None
    same_need: bool


@dataclass(frozen=True)
class Facts:
    """What eligibility looks at, copied at the moment of the question; money in whole won.

    company_size: as decided by the valid certificate, else as stated. provider_types: for each provider the types that it
    counts as. region: the company's. matches_required: the round wants confirmed matches at submission. tax_unanswered: the tax service was asked
    anew and did not answer, so tax_status is what it said before. person_restricted: a representative bears a restricted
    person's name. region_words: its name in Korean and English. supported: other projects of the company, by its numbers, that
    this programme supports at the same time; declares_alone: it declared that nobody else supports the same content.
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
    tax_unanswered: bool = False
    person_restricted: bool = False
    region_words: tuple[str, str] = ("", "")
    supported: Sequence[Supported] = ()
    declares_alone: bool = True
    handed_in: bool = True  # False: a forecast, submitted_at is now


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
    REGION = "REGION", _("Region")
    RESTRICTION = "RESTRICTION", _("Restriction of participation")
    ONE_APPLICATION = "ONE_APPLICATION", _("Number of applications")
    DUPLICATE = "DUPLICATE", _("Other public support")
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
    Rule.REGION: _(
        "Only a head office in a region of this call changes this; correct the region on your company page if it is wrong."
    ),
    Rule.RESTRICTION: _("After the restriction has ended a new application is possible."),
    Rule.ONE_APPLICATION: _("Withdraw the application that you do not want to pursue."),
    Rule.DUPLICATE: _("Show that the contents differ, or end one of the two; the same content is supported once."),
    Rule.OWN_SHARE: _("Correct the amounts in the budget."),
    Rule.CAP: _("Correct the amounts in the budget, or apply to another track."),
    Rule.QUOTES: _("Have the match confirmed by both sides, or ask the provider for a new quote."),
    Rule.PROVIDERS: _("Choose a provider of a type that this call admits."),
    Rule.DOCUMENTS: _("Upload the missing documents when a supplement is asked for."),
    Rule.IN_TIME: _("Nothing: the closing time of the server counts."),
}
# Rules whose contrary verdict stops the submission itself; for the rest an officer decides.
BLOCKING = frozenset(
    {Rule.BRN, Rule.TAX_STATUS, Rule.SIZE, Rule.REGION, Rule.RESTRICTION, Rule.OWN_SHARE, Rule.CAP, Rule.PROVIDERS}
)


def finding(rule: Rule, verdict: Verdict, ko: str, en: str, **fact: Any) -> Finding:
    return Finding(rule.value, verdict, ko, en, fact)


def met(rule: Rule, good: bool, yes: tuple[str, str], no: tuple[str, str], **fact: Any) -> Finding:
    return finding(rule, Verdict.MET if good else Verdict.NOT_MET, *(yes if good else no), **fact)


def last_day(moment: datetime | None) -> date | None:
    return clock.to_kst(moment).date() if moment else None


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
