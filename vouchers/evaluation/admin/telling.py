"""Proposed assignments in words: why somebody fits, what is lacking, what a change costs. In the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.accounts.models import User
from providers.catalogue import queries as catalogue
from vouchers.applications.models import Application
from vouchers.evaluation import queries
from vouchers.evaluation.queries.proposing import Proposal
from vouchers.evaluation.rules import assigning as rules


@dataclass(frozen=True)
class Person:
    """A member beside an application. load: assignments of the round, this proposal's among them."""

    ref: str
    name: str
    fit: int
    reasons: list[str]
    load: int
    added: bool = False


@dataclass(frozen=True)
class Line:
    """An application of a proposal. lack: why it gets too few, "" when it does not."""

    application: Application
    needed: int
    held: list[str]
    people: list[Person]
    lack: str


@dataclass(frozen=True)
class Load:
    name: str
    held: int
    new: int
    most: int

    @property
    def total(self) -> int:
        return self.held + self.new


class Teller:
    """Names and words of a proposal. Two queries, and one for the applications that are asked for."""

    def __init__(self, found: Proposal) -> None:
        self.found, self.problem = found, found.problem
        refs = {member.ref for member in self.problem.members} | {ref for case in self.problem.cases for ref in case.held}
        self.names = {user.ref: user.get_full_name() for user in User.objects.filter(ref__in=refs)}
        words = catalogue.words("modality", "kcd_9_chapter")
        self.words = {
            rules.Part.DATA: words.get("modality", {}), rules.Part.FIELD: words.get("kcd_9_chapter", {}),
            rules.Part.LANGUAGE: {"ko": _("Korean"), "en": _("English")},
        }  # fmt: skip
        self.loads = rules.loads(self.problem, found.pairs)
        self.lacks = {one.ref: one for one in rules.lacks(self.problem, found.pairs)}

    def lines(self, refs: Iterable[str]) -> list[Line]:
        wanted = list(refs)
        named = queries.named(wanted)
        return [self._line(self.problem.case[ref], named[ref]) for ref in wanted]

    def _line(self, case: rules.Case, application: Application) -> Line:
        given = self.found.pairs.get(case.ref, ())
        people = [self.person(case, ref, added=ref not in self.found.optimum.get(case.ref, ())) for ref in given]
        lack = lack_words(self.lacks[case.ref]) if case.ref in self.lacks else ""
        return Line(application, case.needed, [self.names.get(ref, ref) for ref in case.held], people, lack)

    def person(self, case: rules.Case, ref: str, *, added: bool = False) -> Person:
        member = self.problem.member[ref]
        parts = rules.reasons(case, member, self.problem.policy, self.problem.kinds)
        fit = sum(one.points for one in parts)
        said = [self._reason(one) for one in parts if one.most]
        return Person(ref, self.names.get(ref, ref), fit, said, self.loads[ref], added)

    def _reason(self, one: rules.Reason) -> str:
        """`Kinds of data 45/60: knows Electrocardiogram; of the same kind: Computed tomography`"""
        told = (
            (_("knows: %(what)s"), one.met), (_("knows the same kind: %(what)s"), one.near),
            (_("does not know: %(what)s"), one.lacking),
        )  # fmt: skip
        parts = [words % {"what": self._named(one.part, codes)} for words, codes in told if codes]
        return f"{one.part.label} {one.points}/{one.most}: {'; '.join(parts) or _('the application asks nothing here')}"

    def _named(self, part: rules.Part, codes: Iterable[str]) -> str:
        return ", ".join(str(self.words[part].get(code, code)) for code in codes)

    def load_rows(self) -> list[Load]:
        """The fullest desks first."""
        most = self.problem.policy.max_load
        rows = [
            Load(self.names.get(one.ref, one.ref), one.held, self.loads[one.ref] - one.held, most) for one in self.problem.members
        ]
        return sorted(rows, key=lambda row: (-row.total, row.name))

    def candidates(self, case: rules.Case, out: str) -> list[tuple[Person, str]]:
        """Who may be brought in, the cheapest first, each with what it costs. out: who goes, "" for nobody."""
        base = rules.cost(self.problem, self.found.pairs, self.found.optimum)
        given = self.found.pairs.get(case.ref, ())
        rows = []
        for member in self.problem.members:
            full = self.loads[member.ref] >= self.problem.policy.max_load
            if self.problem.may(case, member) and member.ref not in given and not full:
                price = base + rules.step(self.problem, self.found.pairs, self.loads, case.ref, out, member.ref)
                rows.append(((price.missing, price.points, member.ref), self.person(case, member.ref), price))
        return [(person, signed(price.points)) for _key, person, price in sorted(rows, key=lambda row: row[0])]


def figures(found: Proposal) -> list[tuple[Any, Any]]:
    """(word, number) of what the reader may see of it."""
    worth, best = rules.value(found.problem, found.pairs), rules.value(found.problem, found.optimum)
    return [
        (_("Applications"), len(found.problem.cases)),
        (_("Members of the pool"), len(found.problem.members)),
        (_("Assignments proposed"), sum(len(refs) for refs in found.pairs.values())),
        (_("Places that stay empty"), worth.missing),
        (_("Points lacking to a perfect fit"), worth.misfit),
        (_("Points for load"), worth.load),
        (_("Difference from the best proposal"), signed(worth.points - best.points)),
    ]


def gaps(lacks: Mapping[str, rules.Lack]) -> list[str]:
    """What could not be covered and why, counted."""
    few, full = sum(not one.full for one in lacks.values()), sum(one.full for one in lacks.values())
    found = []
    if few:
        found.append(_("%(n)d applications have fewer members free of conflicts than they need.") % {"n": few})
    if full:
        found.append(_("%(n)d applications get too few because the members have the maximum of applications.") % {"n": full})
    return found


def lack_words(one: rules.Lack) -> str:
    if one.full:
        words = _("%(missing)d missing: the %(free)d members free of conflicts have the maximum of applications.")
    else:
        words = _("%(missing)d missing: only %(free)d members are free of conflicts.")
    return words % {"missing": one.missing, "free": one.free}


def cost_words(cost: rules.Cost) -> list[str]:
    """What a changed proposal costs beside the best one."""
    if cost.nothing:
        return [_("It is as good as the best proposal: it costs nothing.")]
    found = []
    if cost.missing > 0:
        found.append(_("%(n)d evaluations that the policy asks for would be missing.") % {"n": cost.missing})
    words = _("Beside the best proposal: %(points)s points, of these fit %(fit)s and load %(load)s. More points are worse.")
    return [*found, words % {"points": signed(cost.points), "fit": signed(cost.misfit), "load": signed(cost.load)}]


def signed(number: int) -> str:
    return f"+{number:,}" if number > 0 else f"{number:,}".replace("-", "−")
