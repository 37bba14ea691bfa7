"""What came of a project, asked after it: when, what an answer must be, and what of it adds up in public. Pure. Source: domain.md §8."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.accounts.rules import Role
from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle
from vouchers.rounds.rules import OutcomeKind, OutcomePolicy, OutcomeQuestion, months_after

MOST, MOST_WON, MOST_WORDS, MOST_LINKS, LINK_LENGTH = 1_000_000, 10**14, 2000, 10, 500
ESCALATES = {"answer_outcome": Role.OPERATOR_CASE}
OWED_FROM = ("REFUND_DUE", "CLOSED")  # states of a settlement whose amount is fixed


class OutcomeStatus(Codes):
    OPEN = "OPEN", _("To be answered")
    ANSWERED = "ANSWERED", _("Answers handed in")
    WAIVED = "WAIVED", _("Not asked any more")


S = OutcomeStatus
OUTCOME_LIFECYCLE = Lifecycle(
    "outcome_survey", S, S.OPEN,
    {
        (S.OPEN, "submit_outcome"): S.ANSWERED,
        (S.ANSWERED, "correct_outcome"): S.ANSWERED,
        (S.OPEN, "waive_outcome"): S.WAIVED,
    },
)  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """One survey of a project: its number, the day on which it opens, and the days that it asks about."""

    number: int
    opens_on: date
    covers_from: date
    covers_to: date


def turns(policy: OutcomePolicy, *, began_on: date, fixed_on: date, today: date) -> list[Turn]:
    """The surveys that are open by today. began_on: of the project; fixed_on: of its settled amount.

    The first asks about everything from the project's beginning on, each next one about the time since the one before."""
    found: list[Turn] = []
    since = began_on
    for number in range(1, policy.surveys + 1):
        opens = months_after(fixed_on, policy.first_months + policy.every_months * (number - 1))
        if opens > today:
            break
        found.append(Turn(number, opens, since, max(since, opens - timedelta(days=1))))
        since = opens
    return found


NO_ANSWER = _("Answer this; 0 where there is nothing.")
NO_LINK = _("Each address begins with https:// or http:// and stands on a line of its own.")
Answers = Mapping[str, Any]
Links = Mapping[str, Sequence[str]]


def faults(questions: Sequence[OutcomeQuestion], answers: Answers, links: Links) -> dict[str, Promise | str]:
    """Key of a question → what is wrong with its answer, as a whole sentence. Every question but words needs one."""
    found: dict[str, Promise | str] = {}
    for one in questions:
        value, given = answers.get(one.key), list(links.get(one.key, ()))
        if fault := _value_fault(one, value) or _links_fault(given):
            found[one.key] = fault
        elif one.evidence and value and not given:
            found[one.key] = _("Give at least one address where this can be seen, or answer 0.")
    unknown = (set(answers) | set(links)) - {one.key for one in questions}
    return found | dict.fromkeys(sorted(unknown), _("This was not asked."))


def _value_fault(one: OutcomeQuestion, value: Any) -> Promise | str:
    if one.kind == OutcomeKind.TEXT:
        good = value is None or (isinstance(value, str) and len(value) <= MOST_WORDS)
        return "" if good else _("Write at most 2,000 characters.")
    if value is None:
        return NO_ANSWER
    if one.kind == OutcomeKind.YES_NO:
        return "" if isinstance(value, bool) else _("Choose yes or no.")
    most = MOST_WON if one.kind == OutcomeKind.WON else MOST
    good = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
    return "" if good else _("Enter a whole number that can be true.")


def _links_fault(given: Sequence[str]) -> Promise | str:
    if len(given) > MOST_LINKS:
        return _("Give at most ten addresses.")
    return "" if all(is_link(one) for one in given) else NO_LINK


def is_link(text: str) -> bool:
    """Whether it is an address of a page that anybody could open."""
    try:
        found = urlsplit(text)
    except ValueError:
        return False
    return (
        found.scheme in ("http", "https")
        and "." in (found.hostname or "")
        and len(text) <= LINK_LENGTH
        and not any(c.isspace() for c in text)
    )


@dataclass(frozen=True)
class Result:
    """One public figure. value: a sum, whole won or a count; of yes or no how often yes."""

    key: str
    ko: str
    en: str
    kind: str
    value: int


def published(answered: Iterable[tuple[Sequence[OutcomeQuestion], Answers]]) -> list[Result]:
    """What is public of answers, added up by question, without what comes to nothing. Words are never public."""
    sums: dict[str, int] = defaultdict(int)
    asked: dict[str, OutcomeQuestion] = {}
    for questions, answers in answered:
        for one in questions:
            if one.public and one.kind != OutcomeKind.TEXT:
                asked[one.key] = one
                sums[one.key] += int(answers.get(one.key) or 0)
    return [Result(key, one.ko, one.en, one.kind.value, sums[key]) for key, one in asked.items() if sums[key]]
