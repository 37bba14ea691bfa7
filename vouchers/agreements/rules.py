"""The three-party agreement and its voucher. Source: domain.md §6.6, 6.11."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.clock import end_of_day
from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from portal.kit.workdays import add_working_days


class AgreementStatus(Codes):
    DRAFTING = "DRAFTING", _("Draft")
    AWAITING_SIGNATURES = "AWAITING_SIGNATURES", _("Waiting for signatures")
    ACTIVE = "ACTIVE", _("In force")
    SUSPENDED = "SUSPENDED", _("Agreement suspended")
    COMPLETED = "COMPLETED", _("Completed")
    TERMINATED = "TERMINATED", _("Terminated")


class PartyRole(Codes):
    OPERATOR = "OPERATOR", _("Operating agency")
    COMPANY = "COMPANY", _("Company")
    PROVIDER = "PROVIDER", _("Provider")


class VoucherStatus(Codes):
    ISSUED = "ISSUED", _("Issued")
    SPENT = "SPENT", _("Spent")
    EXPIRED = "EXPIRED", _("Expired")
    CANCELLED = "CANCELLED", _("Cancelled")


S = AgreementStatus
LIFECYCLE = Lifecycle(
    "agreement",
    S,
    S.DRAFTING,
    {
        (S.DRAFTING, "revise"): S.DRAFTING,
        (S.DRAFTING, "send_for_signature"): S.AWAITING_SIGNATURES,
        (S.AWAITING_SIGNATURES, "return_to_draft"): S.DRAFTING,
        (S.AWAITING_SIGNATURES, "sign"): S.AWAITING_SIGNATURES,
        (S.AWAITING_SIGNATURES, "activate"): S.ACTIVE,
        (S.ACTIVE, "suspend"): S.SUSPENDED,
        (S.SUSPENDED, "resume"): S.ACTIVE,
        (S.ACTIVE, "complete"): S.COMPLETED,
        (S.DRAFTING, "terminate"): S.TERMINATED,
        (S.AWAITING_SIGNATURES, "terminate"): S.TERMINATED,
        (S.ACTIVE, "terminate"): S.TERMINATED,
        (S.SUSPENDED, "terminate"): S.TERMINATED,
    },
)


V = VoucherStatus
VOUCHER_LIFECYCLE = Lifecycle(
    "voucher",
    V,
    V.ISSUED,
    {
        (V.ISSUED, "spend"): V.SPENT,
        (V.ISSUED, "expire"): V.EXPIRED,
        (V.ISSUED, "cancel"): V.CANCELLED,
        (V.SPENT, "reopen"): V.ISSUED,
        (V.EXPIRED, "reopen"): V.ISSUED,
    },
)
COMPLETABLE = frozenset({S.ACTIVE, S.SUSPENDED})  # now, or when it goes on
NOT_YET_COMPLETE = _("An agreement is completed once every milestone is accepted, or rejected for good.")


class Waiting(Codes):
    """Why agreements of a round wait although the awards are accepted."""

    LETTERS = "LETTERS", _("Letters are on their way")
    WINDOW = "WINDOW", _("The time to object runs")
    OBJECTION = "OBJECTION", _("An objection is reviewed")


def waits_for(*, provisional: bool, unserved: int, last_day: date | None, reviewed: bool, now: datetime) -> Waiting | None:
    """Whether results still are provisional: until every adverse letter is served, the last day to object is over, and no
    admissible objection against them is open. provisional: the round says so; else nothing waits. Source: domain.md §6.4, 6.5.
    """
    if not provisional:
        return None
    if reviewed:
        return Waiting.OBJECTION
    if unserved:
        return Waiting.LETTERS
    return Waiting.WINDOW if last_day is not None and now < end_of_day(last_day) else None


UNSIGNED = frozenset({S.DRAFTING, S.AWAITING_SIGNATURES})
PAYABLE_AGREEMENTS = frozenset({S.ACTIVE, S.COMPLETED})  # a suspended or terminated one pays nothing


def voucher_lapses(expires_on: date, today: date, *, running: bool, handed_in: bool, claim_days: int) -> bool:
    """Whether a voucher's rest expires: its last day is over and nothing that was begun in time is still on its way.

    running: a payment was asked for and is not settled. handed_in: a delivery waits for acceptance, for its request or for
    a mended request; the voucher waits claim_days working days for it, then no longer.
    """
    if running or today <= expires_on:
        return False
    return not handed_in or today > add_working_days(expires_on, claim_days)


def content_hash(body: Mapping[str, Any], previous_hash: str) -> str:
    """SHA-256 over the canonical content and the hash of the version before: what the parties sign."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256((previous_hash + text).encode()).hexdigest()


GENESIS = "0" * 64  # the hash before the first version
NEGATIVE = frozenset({"return_to_draft", "suspend", "terminate"})  # these verbs ask for a reason


def chain_holds(bodies_and_hashes: Sequence[tuple[Mapping[str, Any], str, str]]) -> bool:
    """Whether versions (body, previous hash, hash), oldest first, are whole and follow each other."""
    before = GENESIS
    for body, previous, own in bodies_and_hashes:
        if previous != before or content_hash(body, previous) != own:
            return False
        before = own
    return True


def period_fault(starts_on: date, ends_on: date, today: date, round_start: date | None, round_end: date | None) -> str:
    """What is wrong with an agreement's period, as a code; empty when nothing is. Days are inclusive."""
    if ends_on < starts_on:
        return "period_order"
    if ends_on < today:
        return "period_past"
    if round_start is not None and starts_on < round_start:
        return "before_round"
    if round_end is not None and ends_on > round_end:
        return "after_round"
    return ""


def first_day(round_start: date | None, today: date) -> date:
    """What a draft proposes: the project's start, or today when that is over."""
    return max(round_start or today, today)


def over_maximum(agreed: Iterable[tuple[int, int]], maxima: Mapping[int, int]) -> list[int]:
    """Quotes whose agreed lines exceed what the provider committed itself to at most. agreed: (quote, whole won without VAT) of each
    line; maxima: quote → supply amount. Nothing was committed for a quote that maxima does not name."""
    sums: dict[int, int] = {}
    for quote, amount_won in agreed:
        sums[quote] = sums.get(quote, 0) + amount_won
    return [quote for quote, total in sums.items() if total > maxima.get(quote, 0)]


def vat_won(lines: Sequence[tuple[int, int, str]]) -> int:
    """VAT as each payee invoices it: 10 % of its taxable lines, rounded down. lines: (payee, whole won, tax kind)."""
    taxable: dict[int, int] = {}
    for payee, amount, kind in lines:
        if kind == "TAXABLE":
            taxable[payee] = taxable.get(payee, 0) + amount
    return sum(amount // 10 for amount in taxable.values())


@dataclass(frozen=True)
class Signature:
    """One party's: who and when; both empty while it is missing."""

    role: str
    name_ko: str
    name_en: str
    signer: str
    at: datetime | None


@dataclass(frozen=True)
class Clause:
    """One article of the agreement, in both languages; the Korean text is the one that binds."""

    title_ko: str
    title_en: str
    text_ko: str
    text_en: str


TEMPLATE = "three-party-1"  # raise the number when a clause changes: old versions keep their own words in their body
CLAUSES: tuple[Clause, ...] = (
    Clause(
        "목적", "Purpose",
        "이 협약은 전담기관, 수요기업, 공급기관이 보건의료데이터 바우처 과제를 수행하는 데 필요한 사항을 정한다.",
        "This agreement sets out what the operating agency, the company and the providers need in order to carry out the "
        "healthcare data voucher project.",
    ),
    Clause(
        "데이터 제공과 심의", "Provision of data and review",
        "공급기관은 기관생명윤리위원회(IRB)와 데이터심의위원회(DRB)의 심의를 각각 마친 뒤에 데이터를 제공한다. 공급기관이 여럿이면 "
        "심의를 마친 기관부터 시작할 수 있다.",
        "A provider provides data after the ethics review (IRB) and the data review (DRB) were each completed. With several "
        "providers, those whose reviews are complete may start.",
    ),
    Clause(
        "바우처와 자부담", "Voucher and own contribution",
        "지원금은 이 협약이 체결될 때 바우처로 발급하고, 검수를 마친 산출물에 대하여 공급기관에 지급한다. 수요기업은 자부담금과 "
        "부가가치세를 공급기관에 직접 지급한다.",
        "The grant is issued as a voucher when this agreement takes force and is paid to the providers for accepted "
        "deliverables. The company pays its own contribution and the value added tax directly to the providers.",
    ),
    Clause(
        "산출물과 검수", "Deliverables and acceptance",
        "공급기관은 산출물을 마일스톤의 기한까지 제출하고, 수요기업은 검수하며, 전담기관은 이를 확인한다. 반려할 때에는 이유를 적는다.",
        "Providers hand in deliverables by the due day of each milestone; the company examines them and the operating agency "
        "confirms. Whoever returns a deliverable gives the reason.",
    ),
    Clause(
        "가명정보의 보호", "Protection of pseudonymised data",
        "수요기업은 제공받은 가명정보를 승인된 목적과 환경에서만 이용하고, 특정 개인을 알아보려는 행위를 하지 않으며, 이용기간이 끝나면 "
        "파기하고 확인서를 제출한다.",
        "The company uses pseudonymised data only for the approved purpose and in the approved environment, does not attempt "
        "to identify any person, and destroys the data with a certificate when the period of use ends.",
    ),
    Clause(
        "협약의 변경", "Changes",
        "금액, 기간, 공급기관, 과제 목표, 데이터 범위를 바꾸려면 전담기관의 승인을 받아 변경협약을 체결한다.",
        "Amounts, period, providers, goals or the scope of data change only by an amended agreement approved by the operating "
        "agency.",
    ),
    Clause(
        "중지와 해지", "Suspension and termination",
        "전담기관은 협약을 이행하기 어려운 사유가 생기면 이유를 밝혀 협약을 중지하거나 해지할 수 있으며, 당사자는 이의를 신청할 수 있다.",
        "The operating agency may suspend or terminate the agreement, giving its reasons, when it cannot be performed; the "
        "parties may object.",
    ),
    Clause(
        "정산과 환수", "Settlement and recovery",
        "수요기업과 공급기관은 협약 종료 후 집행 내역을 정산하고, 목적 외로 사용된 지원금과 집행 잔액은 반환한다.",
        "After the end of the agreement the company and the providers account for what was spent, and return grant money that "
        "was left over or used for another purpose.",
    ),
    Clause(
        "전자서명", "Electronic signature",
        "당사자는 이 협약의 내용 해시를 확인하고 두 번째 인증을 거쳐 전자적으로 서명하며, 마지막 당사자가 서명한 때에 협약이 체결된다.",
        "Each party signs electronically over the content hash of this agreement with a second factor; the agreement takes "
        "force when the last party signs.",
    ),
)  # fmt: skip
