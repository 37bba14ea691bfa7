"""The articles of the agreement, where a round writes none of its own. Source: domain.md §6.6."""

from dataclasses import dataclass


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
