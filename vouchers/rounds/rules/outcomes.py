"""What a round asks its companies after their projects, how often, and what of it is public, as policy data. Source: domain.md §8."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes


class OutcomeKind(Codes):
    """What an answer is."""

    COUNT = "COUNT", _("A count")
    WON = "WON", _("An amount (won)")
    YES_NO = "YES_NO", _("Yes or no")
    TEXT = "TEXT", _("Words")


@dataclass(frozen=True)
class OutcomeQuestion:
    """public: its answers stand in the register of awards; words never do. evidence: an answer above nothing needs a link."""

    key: str
    kind: OutcomeKind
    ko: str
    en: str
    help_ko: str = ""
    help_en: str = ""
    public: bool = False
    evidence: bool = False

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "kind": self.kind.value}


K = OutcomeKind
QUESTIONS = (
    OutcomeQuestion("products", K.COUNT, "출시한 제품·서비스 수", "Products and services on the market",
                    "이 과제의 데이터로 만들거나 개선하여 이 기간에 출시한 것", "Made or improved with the project's data and launched in this period", True, True),
    OutcomeQuestion("approvals", K.COUNT, "허가·인증 건수", "Approvals and certifications",
                    "식약처 허가·인증·신고, 해외 허가를 포함합니다", "By the regulator at home or abroad", True, True),
    OutcomeQuestion("papers", K.COUNT, "논문 수", "Papers", "이 기간에 게재된 것", "Published in this period", True, True),
    OutcomeQuestion("patents", K.COUNT, "특허 출원·등록 건수", "Patents filed or granted", "", "", True, True),
    OutcomeQuestion("jobs", K.COUNT, "새로 채용한 사람 수", "People newly employed", "이 과제와 관련하여 채용하고 기간 말에 재직 중인 사람",
                    "For this project, and employed at the end of the period", True),
    OutcomeQuestion("investment_won", K.WON, "유치한 투자금액(원)", "Investment raised (won)", "", "", False, True),
    OutcomeQuestion("remarks", K.TEXT, "그 밖의 성과와 의견", "Other results and remarks"),
)  # fmt: skip
NUMBERS: Mapping[str, tuple[int, int]] = {"surveys": (0, 10), "first_months": (0, 36), "every_months": (1, 36)}
MOST_QUESTIONS, MOST_WORDS = 30, 200


@dataclass(frozen=True)
class OutcomePolicy:
    """surveys: how many, 0: none. first_months: after the project's amount was fixed the first opens; every_months: each next one."""

    surveys: int = 3
    first_months: int = 12
    every_months: int = 12
    questions: tuple[OutcomeQuestion, ...] = QUESTIONS


def parse_outcomes(body: Mapping[str, Any]) -> OutcomePolicy:
    """`outcomes` of PolicyVersion.body → OutcomePolicy; what is missing takes its default. Raises TypeError, ValueError, KeyError or
    AttributeError for a body that `outcomes_faults` would refuse."""
    given: dict[str, Any] = {name: int(body[name]) for name in NUMBERS if body.get(name) is not None}
    asked = body.get("questions")
    return OutcomePolicy(**given, questions=QUESTIONS if asked is None else parse_outcome_questions(asked))


def parse_outcome_questions(asked: Sequence[Mapping[str, Any]]) -> tuple[OutcomeQuestion, ...]:
    """As they are kept, in a policy and in a survey. Raises as `parse_outcomes`."""
    return tuple(OutcomeQuestion(**{**one, "kind": OutcomeKind(one["kind"])}) for one in asked)


def outcomes_faults(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with `outcomes` of a policy, as codes."""
    try:
        policy = parse_outcomes(body)
    except (TypeError, ValueError, KeyError, AttributeError):
        return ["outcomes_shape"]
    keys = [one.key for one in policy.questions]
    texts = [text for one in policy.questions for text in (one.ko, one.en)]
    wrong = {
        "outcomes_numbers": not all(least <= getattr(policy, name) <= most for name, (least, most) in NUMBERS.items()),
        "outcomes_questions": len(keys) > MOST_QUESTIONS or len(set(keys)) < len(keys) or (policy.surveys > 0 and not keys)
        or not all(re.fullmatch(r"[a-z][a-z0-9_]{0,29}", key) for key in keys)
        or not all(0 < len(text.strip()) <= MOST_WORDS for text in texts),
        "outcomes_public": any(one.public and one.kind == OutcomeKind.TEXT for one in policy.questions),
    }  # fmt: skip
    return [code for code, is_wrong in wrong.items() if is_wrong]


def written_questions(questions: Sequence[OutcomeQuestion]) -> str:
    """A line each, as an officer edits them: `key | KIND | marks | Korean | English | Korean hint | English hint`."""
    return "\n".join(
        " | ".join([one.key, one.kind.value, _marks(one), one.ko, one.en, one.help_ko, one.help_en]).rstrip(" |")
        for one in questions
    )


def _marks(one: OutcomeQuestion) -> str:
    return ",".join(mark for mark, on in (("public", one.public), ("evidence", one.evidence)) if on) or "-"


def typed_questions(text: str) -> list[dict[str, Any]] | None:
    """Such lines → questions as they are kept; None where a line cannot be read."""
    found = []
    for line in (line.strip() for line in text.splitlines() if line.strip()):
        parts = [part.strip() for part in line.split("|")]
        parts += [""] * (7 - len(parts))
        marks = {mark.strip() for mark in parts[2].split(",")} - {"", "-"}
        if len(parts) != 7 or parts[1] not in OutcomeKind._value2member_map_ or not marks <= {"public", "evidence"}:
            return None
        ko, en, help_ko, help_en = parts[3:7]
        question = OutcomeQuestion(
            parts[0], OutcomeKind(parts[1]), ko, en, help_ko, help_en, public="public" in marks, evidence="evidence" in marks
        )
        found.append(question.document())
    return found


_FAULTS = {
    "outcomes_shape": _("The survey after a project cannot be read."),
    "outcomes_numbers": _("A number of the survey after a project lies outside of what is possible."),
    "outcomes_questions": _("Every question of the survey needs a key of its own (small letters, digits, _) and its words in both languages; at most thirty questions."),
    "outcomes_public": _("Answers in words are never public: take the mark “public” from that question."),
}  # fmt: skip


def outcomes_fault_words(code: str) -> str:
    """The sentence of a fault of `outcomes_faults`, in the reader's language."""
    return str(_FAULTS[code])
