"""Whether an evaluator and the parties of an application must not meet (제척·기피·회피). Source: domain.md §1.7, 6.3. Pure."""

import re
import unicodedata
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from vouchers.rounds.rules import ConflictPolicy


class AffiliationKind(Codes):
    """What binds a person to an organisation."""

    EMPLOYMENT = "EMPLOYMENT", _("Works or worked there")
    ADVICE = "ADVICE", _("Advised it")
    HOLDING = "HOLDING", _("Holds shares in it")
    KIN = "KIN", _("A relative owns it or works there")
    DECLARED = "DECLARED", _("Another conflict")


@dataclass(frozen=True)
class Entered:
    """An affiliation as typed. name: as the person writes it; aliases: other names of the same organisation."""

    kind: str
    name: str
    aliases: Sequence[str] = ()
    starts_on: date | None = None
    ends_on: date | None = None


class ConflictGround(Codes):
    """Why two must not meet."""

    DECLARED = "DECLARED", _("Declared")
    SAME_ORGANISATION = "SAME_ORGANISATION", _("Same organisation")
    EARLIER_EMPLOYER = "EARLIER_EMPLOYER", _("Earlier employer")
    ADVICE = "ADVICE", _("Advice given")
    HOLDING = "HOLDING", _("Shares held")
    KIN = "KIN", _("Kin")
    MAIL_DOMAIN = "MAIL_DOMAIN", _("Same mail domain")
    CONSORTIUM = "CONSORTIUM", _("Same consortium as the provider")
    CHALLENGED = "CHALLENGED", _("Challenge upheld")


class ConflictSource(Codes):
    """How it became known: INFERRED from facts, declarations among them; CHALLENGE: an applicant's, upheld by an officer."""

    INFERRED = "INFERRED", _("From facts and declarations")
    CHALLENGE = "CHALLENGE", _("Challenge by the applicant")


class PartyRole(Codes):
    COMPANY = "COMPANY", _("Applicant")
    CO_APPLICANT = "CO_APPLICANT", _("Co-applicant")
    PROVIDER = "PROVIDER", _("Provider")


@dataclass(frozen=True)
class Tie:
    """An affiliation. organisation: its id, where the portal knows it; names: its names and aliases; until None: it lasts.

    consortium: code of the consortium to which that organisation belongs, "" for none.
    """

    kind: str
    organisation: int | None = None
    names: tuple[str, ...] = ()
    until: date | None = None
    consortium: str = ""


@dataclass(frozen=True)
class Evaluator:
    """email: of the account. declared: ids of the organisations with which a declared conflict stands."""

    email: str = ""
    ties: tuple[Tie, ...] = ()
    declared: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Party:
    """An organisation behind an application. domains: mail domains of its people, lower case."""

    role: str
    name_ko: str
    name_en: str
    organisation: int | None = None
    names: tuple[str, ...] = ()
    domains: frozenset[str] = frozenset()
    consortium: str = ""


@dataclass(frozen=True, order=True)
class Found:
    """A ground and the fact that it looked at: the name of the affiliation, the mail domain or the consortium's code.

    until: ISO day on which an ended affiliation ended, "" for others.
    """

    ground: str
    role: str
    party_ko: str
    party_en: str
    fact: str
    until: str = ""

    def words(self) -> tuple[str, str]:
        """The ground in Korean and English."""
        ko, en = _WORDS[ConflictGround(self.ground)]
        seen = {"fact": self.fact, "until": self.until}
        return f"{self.party_ko}: {ko.format(**seen)}", f"{self.party_en}: {en.format(**seen)}"


_WORDS = {
    ConflictGround.DECLARED: ("신고한 이해충돌 ({fact})", "a declared conflict ({fact})"),
    ConflictGround.SAME_ORGANISATION: ("현재 소속 ({fact})", "belongs to it now ({fact})"),
    ConflictGround.EARLIER_EMPLOYER: ("이전 근무지, {until}까지 ({fact})", "worked there until {until} ({fact})"),
    ConflictGround.ADVICE: ("자문 ({fact})", "advised it ({fact})"),
    ConflictGround.HOLDING: ("지분 보유 ({fact})", "holds shares in it ({fact})"),
    ConflictGround.KIN: ("친족 관계 ({fact})", "a relative owns it or works there ({fact})"),
    ConflictGround.MAIL_DOMAIN: ("같은 이메일 도메인 ({fact})", "the same mail domain ({fact})"),
    ConflictGround.CONSORTIUM: ("같은 컨소시엄 소속 ({fact})", "works in the same consortium ({fact})"),
    ConflictGround.CHALLENGED: ("기피 신청 인용 ({fact})", "a challenge was upheld ({fact})"),
}


def infer(person: Evaluator, parties: Sequence[Party], policy: ConflictPolicy, on: date) -> tuple[Found, ...]:
    """Every ground that keeps a person from these parties on a day; empty: none. In a fixed order, each once."""
    return tuple(sorted({one for party in parties for one in _between(person, party, policy, on)}))


def _between(person: Evaluator, party: Party, policy: ConflictPolicy, on: date) -> Iterator[Found]:
    def found(ground: str, fact: str, until: date | None = None) -> Found:
        return Found(ground, party.role, party.name_ko, party.name_en, fact, until.isoformat() if until else "")

    if party.organisation is not None and party.organisation in person.declared:
        yield found(ConflictGround.DECLARED, party.name_ko)
    for tie in person.ties:
        if _same(tie, party):
            ground = _ground(tie, policy, on)
            if ground:
                ended = tie.until if ground == ConflictGround.EARLIER_EMPLOYER else None
                yield found(ground, tie.names[0] if tie.names else party.name_ko, ended)
        elif tie.consortium and tie.consortium == party.consortium and _ground(tie, policy, on) == "SAME_ORGANISATION":
            yield found(ConflictGround.CONSORTIUM, tie.consortium)
    domain = mail_domain(person.email, policy)
    if domain and domain in party.domains:
        yield found(ConflictGround.MAIL_DOMAIN, domain)


def _same(tie: Tie, party: Party) -> bool:
    if tie.organisation is not None and tie.organisation == party.organisation:
        return True
    return bool(_normalised(tie.names) & _normalised((party.name_ko, party.name_en, *party.names)))


def _ground(tie: Tie, policy: ConflictPolicy, on: date) -> str:
    """What an affiliation of this kind is worth on that day; "" when too much time has passed."""
    lasts = tie.until is None or tie.until >= on
    if tie.kind == AffiliationKind.EMPLOYMENT:
        if lasts:
            return ConflictGround.SAME_ORGANISATION
        return ConflictGround.EARLIER_EMPLOYER if _within(tie.until, policy.employer_years, on) else ""
    if tie.kind == AffiliationKind.ADVICE:
        return ConflictGround.ADVICE if lasts or _within(tie.until, policy.advice_years, on) else ""
    return ConflictGround(tie.kind) if lasts else ""


def _within(ended: date | None, years: int, on: date) -> bool:
    """Whether the anniversary has not passed yet; it still counts on its own day. 29 February ends on 1 March."""
    if ended is None:
        return True
    try:
        last = ended.replace(year=ended.year + years)
    except ValueError:
        last = date(ended.year + years, 3, 1)
    return on <= last


# ── Names and mail domains ───────────────────────────────────────────────────────────────────────────
_LEGAL_FORMS = (
    "주식회사", "유한책임회사", "유한회사", "합자회사", "합명회사", "농업회사법인", "의료법인", "재단법인", "사단법인", "학교법인", "사회복지법인",
    "(주)", "(유)", "(합)", "(재)", "(사)", "(의)", "(학)", "(복)",
)  # fmt: skip
_LATIN_FORMS = re.compile(
    r"[\s,.]+(co\s*\.?\s*,?\s*ltd|co\s*\.?\s*,?\s*limited|corporation|corp|incorporated|inc|limited|ltd|llc|gmbh|plc)\.?\s*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=20_000)
def normalise(name: str) -> str:
    """A name without legal form, case, spaces and punctuation: `㈜ 가상 메디컬` → `가상메디컬`. "" when nothing is left."""
    bare = _bare(name)
    while bare != name:
        name, bare = bare, _bare(bare)
    return bare


def _bare(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    for form in _LEGAL_FORMS:
        text = text.replace(form, " ")
    text = _LATIN_FORMS.sub("", text)
    return "".join(letter for letter in text if letter.isalnum())


@lru_cache(maxsize=20_000)
def _normalised(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(normalise(name) for name in names) - {""}


_RESERVED = (".example", ".test", ".invalid", ".localhost")  # RFC 2606: names that belong to nobody


def mail_domain(email: str, policy: ConflictPolicy) -> str:
    """The domain of a mail address, where it says for whom somebody works; "" for public and reserved ones."""
    domain = email.rpartition("@")[2].strip().lower().rstrip(".")
    shared = {"example.com", "example.net", "example.org", *policy.public_domains}
    return "" if domain in shared or f".{domain}".endswith(_RESERVED) else domain


# ── Many at once ─────────────────────────────────────────────────────────────────────────────────────
def meeting(
    people: Mapping[int, Evaluator], cases: Mapping[int, Sequence[Party]], policy: ConflictPolicy
) -> Iterator[tuple[int, int]]:
    """(case, person) of those that have anything in common, so that `infer` need not look at every pair; loses none."""
    known: dict[Hashable, set[int]] = {}
    for pk, person in people.items():
        for key in _keys_of(person, policy):
            known.setdefault(key, set()).add(pk)
    for case, parties in cases.items():
        for pk in sorted({pk for party in parties for key in _party_keys(party) for pk in known.get(key, ())}):
            yield case, pk


def _keys_of(person: Evaluator, policy: ConflictPolicy) -> Iterator[Hashable]:
    yield from (("organisation", pk) for pk in person.declared)
    yield "domain", mail_domain(person.email, policy)
    for tie in person.ties:
        yield "organisation", tie.organisation
        yield "consortium", tie.consortium
        yield from (("name", name) for name in _normalised(tie.names))


def _party_keys(party: Party) -> Iterator[Hashable]:
    if party.organisation is not None:
        yield "organisation", party.organisation
    if party.consortium:
        yield "consortium", party.consortium
    yield from (("name", name) for name in _normalised((party.name_ko, party.name_en, *party.names)))
    yield from (("domain", domain) for domain in party.domains if domain)


# ── The quorum ───────────────────────────────────────────────────────────────────────────────────────
def needed(minimum: int, recused: int) -> int:
    """How many evaluations an application needs. minimum: of the round's policy; recused: evaluators who were on its panel.

    Who stepped aside or was excluded leaves the base: one fewer is needed for each, but always a majority of the minimum,
    so that no result rests on a rump (5 → 4 → 3; 3 → 2; 2 and 1 stay).
    """
    return max(minimum - recused, least(minimum))


def least(minimum: int) -> int:
    """The majority of the minimum, below which no recusal lowers it."""
    return minimum // 2 + 1
