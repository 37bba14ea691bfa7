"""While a need is described: how much of the catalogue still fits, and what each relaxation would add."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kit.errors import Refused
from portal.kit.words import korean
from providers.catalogue import queries as catalogue
from vouchers.matching import rules
from vouchers.matching.queries.needs import engine_policy, of_demo
from vouchers.matching.queries.reading import read
from vouchers.rounds.models import Round

MOST_SHOWN = 6


@dataclass(frozen=True)
class Step:
    """A relaxation as a button: what it does, how many datasets it adds, and what it sends."""

    words: str
    adds: int
    value: str


@dataclass(frozen=True)
class Fits:
    """count: datasets that fit; None with what is still missing to count them."""

    count: int | None
    steps: tuple[Step, ...] = ()
    missing: str = ""


def fits(document: Mapping[str, Any], round_: Round | None) -> Fits:
    """The count for a description as far as it is typed. The number of queries does not depend on the catalogue's size."""
    code_lists = catalogue.code_lists()
    known = {entry["key"]: [item["code"] for item in entry["items"]] for entry in code_lists}
    try:
        need = rules.parse_need({name: value for name, value in document.items() if value not in (None, "", [], ())}, known)
    except Refused as error:
        return Fits(None, missing=str(error.message))
    policy = engine_policy(round_, code_lists)
    found = rules.leeway(need, near(need, round_), policy)
    return Fits(found.fits, tuple(Step(_words(one, policy), adds, one.value) for one, adds in found.more[:MOST_SHOWN]))


def near(need: rules.Need, round_: Round | None) -> list[rules.Candidate]:
    """Candidates that hold one of the kinds of data asked for, say nothing about it, or are to be joined. Two queries, a few
    more when some are new."""
    demo = of_demo(round_)
    return read(catalogue.for_needs(demo=demo, kinds=need.modality, named=need.linkage), demo=demo).candidates


WORDS = {
    "DISEASE": _("Accept other diseases"),
    "COHORT": _("Leave nobody out"),
    "DATA_KIND": _("Accept synthetic data, too"),
    "BODY_PART": _("Leave the body part open"),
    "AGE": _("Leave the ages open"),
    "VARIABLE": _("Do without the variable: %(item)s"),
    "FOLLOW_UP": _("Do without the follow-up"),
    "PERIOD": _("Leave the years of collection open"),
    "PATIENTS": _("Do without the least number of patients"),
    "ACCESS_MODE": _("Accept this way of use, too: %(item)s"),
    "EXPORT": _("Do without taking out: %(item)s"),
    "LINKAGE": _("Do without the linkage"),
    "SITES": _("Accept data of one institution"),
    "BUDGET": _("Leave the budget open"),
    "LEAD_TIME": _("Leave the length of the project open"),
}
_LISTED = {"ACCESS_MODE": "access_mode", "EXPORT": "exit_kind"}


def _words(step: rules.Relaxation, policy: rules.Policy) -> str:
    listed = _LISTED.get(step.code)
    item = policy.words.word(listed, step.item)[0 if korean() else 1] if listed else step.item
    return str(WORDS[step.code]) % {"item": item} if step.item else str(WORDS[step.code])
