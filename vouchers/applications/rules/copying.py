"""What of an earlier application may stand in a new one, and why something may not. Pure."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from vouchers.applications.rules.sections import FIELDS, Field, question_label
from vouchers.applications.rules.stages import SectionKey
from vouchers.rounds.rules import is_question

COPIED = (SectionKey.COMPANY, SectionKey.PROJECT, SectionKey.DATA_NEED, SectionKey.BUDGET)  # declarations are given anew
PAPERS = frozenset({"BUSINESS_REGISTRATION", "SIZE_CERTIFICATE"})  # come from the company's own page, where their validity stands
PER_APPLICATION = frozenset({"MATCH_CONFIRMATION", "SECURITY_PLEDGE", "INTEGRITY_PLEDGE"})  # signed for one application


class Left(Codes):
    """Why something was not taken over."""

    DECLARED_ANEW = "DECLARED_ANEW", _("Declarations and confirmations are given anew for every application.")
    NOT_OFFERED = "NOT_OFFERED", _("The answer is none of those that are offered now. Choose again.")
    TOO_LONG = "TOO_LONG", _("The text is longer than this form allows. Shorten it.")
    NEED_CLOSED = "NEED_CLOSED", _("The data need is closed or belongs to another call. Choose one for this call.")
    MATCHES_ANEW = "MATCHES_ANEW", _("Matches and quotes hold for one application. Choose them again.")
    PAPER_NOT_VALID = "PAPER_NOT_VALID", _("Your company page holds no valid file of this kind for the closing day. Upload one.")
    SIGNED_FOR_ONE = "SIGNED_FOR_ONE", _("This file was made for the other application. Upload a new one.")
    TOO_OLD = "TOO_OLD", _("On the closing day this file will be too old. Upload a current one.")
    FILE_CLOSED = "FILE_CLOSED", _("The file was not found free of viruses, or was erased. Upload it again.")
    OWN_QUESTIONS = "OWN_QUESTIONS", _("Questions that only the other call asked were not taken over.")
    NOT_ASKED = "NOT_ASKED", _("This call does not ask for it.")


def answers(key: SectionKey, stored: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Left]]:
    """(what is taken over by question, why the others that had an answer are not)."""
    taken: dict[str, Any] = {}
    left: dict[str, Left] = {}
    known = {f.name: f for f in FIELDS[key]}
    for name, value in stored.items():
        if value in (None, "") or value is False:
            continue
        if is_question(name):
            left[""] = Left.OWN_QUESTIONS
            continue
        reason = _why_not(known.get(name), value)
        if reason is None:
            taken[name] = value
        else:
            left[name] = reason
    return taken, left


def _why_not(field: Field | None, value: Any) -> Left | None:
    if field is None:
        return Left.NOT_ASKED
    if field.kind == "check":
        return Left.DECLARED_ANEW
    if field.kind == "choice" and value not in dict(field.choices):
        return Left.NOT_OFFERED
    if field.kind in {"line", "text"} and len(str(value)) > field.limit:
        return Left.TOO_LONG
    return None


def document(
    kind: str, uploaded_on: date, closing_day: date, *, open_: bool, papers: Collection[str], paper_days: Mapping[str, int]
) -> Left | None:
    """Why a file of the earlier application does not count in the new one; None: it does.

    open_: it was scanned and is there. paper_days: of the new call's policy. papers: kinds that the company's own page can give, valid on the closing day.
    """
    if kind in PAPERS:
        return None if kind in papers else Left.PAPER_NOT_VALID
    if kind in PER_APPLICATION:
        return Left.SIGNED_FOR_ONE
    if kind in paper_days and (closing_day - uploaded_on).days > paper_days[kind]:
        return Left.TOO_OLD
    return None if open_ else Left.FILE_CLOSED


def left_label(section: str, name: str) -> Any:
    """What was not taken over: a question, a kind of file, else the section itself."""
    return question_label(section, name) if name else SectionKey(section).label
