"""Blind review: what names the applicant is withheld from evaluators and replaced by a bar. Pure.

A name is found in any case, width and spacing, with or without its legal form; numbers with or without hyphens. What a person
wrote around it stays as it was written. Pictures and files are not read: companies supply blind versions of those.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from vouchers.applications.rules.stages import SectionKey
from vouchers.rounds.rules import Question, QuestionKind, is_question

BAR = "█████"  # one length for every name: a bar does not tell how long the name is
LEAST = 2  # letters that a name needs to be looked for
_FORMS = ("주식회사", "유한회사", "유한책임회사", "합자회사", "합명회사", "(주)", "(유)", "co., ltd.", "co.,ltd.", "corporation", "inc.", "inc", "ltd.", "ltd", "corp.", "corp", "llc", "co.")  # fmt: skip
_BETWEEN = r"[\s\-–_·.,]*"
_AROUND = "(?:" + "|".join(re.escape(form) for form in _FORMS) + ")"
WITHHELD = frozenset({SectionKey.COMPANY.value})  # sections that are about the company alone

# About the company alone: evaluators of a blind review get no version of them.
COMPANY_PAPERS = frozenset(
    {
        "BUSINESS_REGISTRATION", "SIZE_CERTIFICATE", "TAX_CLEARANCE", "FINANCIAL_STATEMENTS", "MATCH_CONFIRMATION", "SECURITY_PLEDGE",
        "INTEGRITY_PLEDGE", "REGISTER_EXTRACT",
    }
)  # fmt: skip


def blind_wanted(kinds: Iterable[str], questions: Iterable[Question] = ()) -> list[str]:
    """The attached kinds of which a blind version is needed: of the files that evaluators read. questions: the call's own."""
    asked = {one.key for one in questions if answered_blind(one)}
    return [kind for kind in kinds if (kind in asked if is_question(kind) else kind not in COMPANY_PAPERS)]


def answered_blind(question: Question) -> bool:
    """Is it answered by a file that evaluators read?"""
    return question.kind == QuestionKind.FILE and not question.confidential and question.section not in WITHHELD


BLIND = "blind_"  # before a question's key: the field in which the blind version of its file is uploaded


@dataclass(frozen=True)
class Identity:
    """What gives an applicant away. names: of the company and its people; numbers: digits alone; addresses: mail, street."""

    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def pattern(identity: Identity) -> re.Pattern[str] | None:
    """Everything to withhold as one expression over normalised text; None: nothing is known."""
    found = [_name(core) for core in sorted({*map(_core, identity.names)}, key=len, reverse=True) if len(core) >= LEAST]
    found += [_digits(number) for number in identity.numbers if len(number) >= 6]
    found += [re.escape(_plain(one)[0]) for one in identity.addresses if len(one.strip()) >= 6]
    return re.compile("|".join(found)) if found else None


def redact(text: str, hidden: re.Pattern[str] | None) -> str:
    """The text with a bar for each thing withheld; all else stays as it was written."""
    if hidden is None or not text:
        return text
    text = unicodedata.normalize("NFC", text)
    plain, places = _plain(text)
    parts, last = [], 0
    for match in hidden.finditer(plain):
        start, end = places[match.start()], places[match.end() - 1] + 1
        if start >= last:
            parts += [text[last:start], BAR]
            last = end
    return "".join([*parts, text[last:]])


def redacted(value: Any, hidden: re.Pattern[str] | None) -> Any:
    """The same for whatever an answer holds: texts in lists and tables too. Numbers, words of the portal and yes or no stay."""
    if isinstance(value, str):
        return redact(value, hidden)
    if isinstance(value, Mapping):
        return {key: redacted(one, hidden) for key, one in value.items()}
    return [redacted(one, hidden) for one in value] if isinstance(value, list | tuple) else value


def _plain(text: str) -> tuple[str, list[int]]:
    """Normalised lower case, and for each of its characters the place in `text` that it came from."""
    parts, places = [], []
    for place, letter in enumerate(text):
        normal = unicodedata.normalize("NFKC", letter).lower()
        parts.append(normal)
        places += [place] * len(normal)
    return "".join(parts), places


def _core(name: str) -> str:
    """A name without its legal form, normalised: `(주)가상 헬스` → `가상 헬스`."""
    plain = " ".join(_plain(unicodedata.normalize("NFC", name))[0].split())
    bare = re.sub(rf"^{_AROUND}[\s,]*(?=\S)|(?<=\S)[\s,]*{_AROUND}$", "", plain).strip(" ,.")
    return bare or plain


def _name(core: str) -> str:
    letters = [re.escape(letter) for letter in core if not letter.isspace() and letter not in "-–_·.,"]
    body = _BETWEEN.join(letters)
    before = r"(?<![a-z0-9])" if core[0].isascii() else ""
    after = r"(?![a-z0-9])" if core[-1].isascii() else ""
    return rf"(?:{_AROUND}\s*)?{before}{body}{after}(?:,?\s*{_AROUND})?"


def _digits(number: str) -> str:
    return r"(?<!\d)" + r"[\s\-–.]*".join(number) + r"(?!\d)"
