"""What is missing in each section, and who may write in it now."""

from dataclasses import dataclass

from vouchers.applications import rules
from vouchers.applications.models import (
    Application,
    ApplicationSection,
)
from vouchers.applications.queries.behind import (
    amounts,
    chosen_matches,
    money,
    policy_of,
)
from vouchers.applications.queries.filed import (
    blind_hashes,
    current_documents,
)
from vouchers.applications.queries.late import is_open_for
from vouchers.applications.queries.supplements import only_fields
from vouchers.rounds.rules import MatchTiming, Policy, is_question


@dataclass(frozen=True)
class SectionView:
    """One line of the task list. editable: this section may be written in now."""

    key: rules.SectionKey
    section: ApplicationSection
    state: rules.SectionState
    missing: list[rules.Missing]
    editable: bool


@dataclass(frozen=True)
class Progress:
    """sections in order; done and total are numbers of sections."""

    sections: list[SectionView]
    done: int
    total: int

    @property
    def complete(self) -> bool:
        return self.done == self.total

    def of(self, key: str) -> SectionView:
        return next(s for s in self.sections if s.key == key)


def surroundings(application: Application, policy: Policy) -> rules.Surroundings:
    """What the section checks must know beyond the answers."""
    matches = chosen_matches(application)
    confirmed = [m for m in matches if m.status == "CONFIRMED"]
    sums = money(application, policy)
    return rules.Surroundings(
        has_need=application.need_id is not None,
        match_required=application.round.timing == MatchTiming.BEFORE_SUBMISSION,
        confirmed_matches=len(confirmed),
        unconfirmed_matches=len(matches) - len(confirmed),
        supply_won=sums.supply_won if sums else amounts(application)[0],
        own_in_kind_won=sums.own_in_kind_won if sums else 0,
        in_kind_max_rate=policy.in_kind_max_rate,
        rate_known=sums is not None,
        service_address=bool(application.company.service_email),
        postal_address=bool(application.company.address.strip()),
        required_documents=policy.required_documents,
        documents=frozenset(row.kind for row in current_documents(application)),
        questions=policy.questions,
        blind_review=policy.blind_review,
        blind_documents=frozenset(blind_hashes(application) if policy.blind_review else ()),
    )


def progress(application: Application) -> Progress:
    """Every section with its state and what is missing; the same number of queries whatever is in it."""
    policy = policy_of(application)
    around = surroundings(application, policy)
    rows = {s.key: s for s in application.sections.all()}
    views = []
    for key in rules.ORDER:
        section = rows[key]
        lacking = rules.missing(key, section.answers, around)
        returned = section.state == rules.SectionState.NEEDS_WORK
        touched = section.updated_by_id is not None or (key == "documents" and not all(map(is_question, around.documents)))
        state = rules.section_state(section.answers, lacking, touched, returned)
        views.append(SectionView(key, section, state, lacking, may_write(application, key)))
    return Progress(views, sum(v.state == rules.SectionState.COMPLETE for v in views), len(views))


def may_match(application: Application) -> bool:
    """May matches be chosen or dropped now? While the section may be written in, then as long as the round's timing lets."""
    if application.status in rules.EDITABLE:
        whole = only_fields(application, rules.SectionKey.DATA_NEED) is None
        return whole and may_write(application, rules.SectionKey.DATA_NEED)
    return rules.matches_open(application.status, application.round.timing, application.matches_fixed_at is not None)


def may_write(application: Application, key: str) -> bool:
    """A draft while the round is open, or a late entry to it; a returned section while its supplement is asked for."""
    if application.status == rules.ApplicationStatus.DRAFT:
        return is_open_for(application)
    return application.status == rules.ApplicationStatus.SUPPLEMENT_REQUESTED and key in application.supplement_sections
