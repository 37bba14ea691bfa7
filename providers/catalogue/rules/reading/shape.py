"""What a record of somebody else's catalogue says, in the fields of an entry; and what it would change here. Pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from providers.catalogue.rules.fields import BY_NAME, LISTS, LONGEST_ITEM, Kind, is_empty
from providers.catalogue.rules.publication import HANGUL
from providers.catalogue.rules.rdf import iri
from providers.catalogue.rules.reading.reasons import Reason
from providers.catalogue.rules.world import LANGUAGES, World


@dataclass
class Read:
    """One record. key: of the entry here, when the record is the portal's own; identifier: as the source calls it; names: all
    that the source calls it; publisher: key of an institution here, else publisher_name as it is written.

    values: field → value, only what the record says (`profile` and `variables` too); partial: fields of which something was
    left out; refusal: why it cannot be taken over.
    """

    identifier: str = ""
    key: str = ""
    names: tuple[str, ...] = ()
    publisher: str = ""
    publisher_name: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    partial: set[str] = field(default_factory=set)
    notes: list[Reason] = field(default_factory=list)
    refusal: Reason | None = None

    @property
    def title(self) -> str:
        return str(self.values.get("title_ko") or self.values.get("title_en") or "")

    def note(self, code: str, field: str, **about: Any) -> None:
        """Something was left out of a field."""
        self.notes.append(Reason(code, about, field))
        self.partial.add(field)

    def say(self, name: str, value: Any) -> None:
        """Sets a field; what is longer than the field takes is cut, with a note."""
        if is_empty(value):
            return
        most = BY_NAME[name].most if name in BY_NAME else 0
        if isinstance(value, str) and most and len(value) > most:
            self.note("cut", name, most=most)
            value = value[:most]
        self.values[name] = value


@dataclass(frozen=True)
class Lookup:
    """Codes and institutions by what others call them. world: all codes and institutions of the portal."""

    world: World

    @cached_property
    def _codes(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for listed, codes in self.world.codes.items():
            names = found[listed] = {}
            for code, words in codes.items():  # the address last: where it is shared, the first code has it
                for name in (words.name_ko, words.name_en, words.notation, code):
                    if name:
                        names[name.casefold()] = code
            for code in reversed(list(codes)):
                names[iri(self.world.code(listed, code))] = code
        found["language"] = {"ko": "ko", "kor": "ko", "korean": "ko", "한국어": "ko", "en": "en", "eng": "en", "english": "en"}
        found["language"] |= {address: code for code, (address, _ko, _en) in LANGUAGES.items()}
        return found

    def code(self, listed: str, said: str) -> str:
        """The code that an address, a code or the exact word of a list means; "" when none."""
        known = self._codes.get(listed, {})
        return known.get(said) or known.get(said.casefold()) or ""

    @cached_property
    def _agents(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, agent in self.world.agents.items():
            for name in (agent.name_ko, agent.name_en):
                place = _folded(name)
                found[place] = "" if found.get(place, key) != key else key  # two of one name are nobody
        return found | {f"{self.world.institution(key)}#institution": key for key in self.world.agents}

    def agent(self, *names: str) -> str:
        """The institution that an address or exact name means; "" when none or several."""
        return next((key for name in names if (key := self._agents.get(name) or self._agents.get(_folded(name)))), "")


def _folded(name: str) -> str:
    return re.sub(r"[\s()ㆍ·.,-]+", "", name).casefold()


# ── Values ───────────────────────────────────────────────────────────────────────────────────────────
def pair(read: Read, name: str, said: Iterable[tuple[str, str]]) -> None:
    """Texts with their language ("" when it is not said) into `<name>_ko` and `<name>_en`; the first of each language counts."""
    for words, language in said:
        there = language or script(words)
        if there not in ("ko", "en"):
            read.notes.append(Reason("other_language", {"value": language}, f"{name}_ko"))
        elif words and f"{name}_{there}" not in read.values:
            read.say(f"{name}_{there}", words)


def script(words: str) -> str:
    """Hangul is Korean; whatever else is taken for English where nothing is said."""
    return "ko" if HANGUL.search(words) else "en"


def codes(read: Read, name: str, said: Iterable[str], known: Lookup, listed: str = "") -> None:
    """Sets a field of one or several codes; unknown ones are left out, with a note."""
    of, found = BY_NAME[name], []
    for one in said:
        code = known.code(listed or of.listed or name, one)
        if not code:
            read.note("unknown_code", name, value=one[:LONGEST_ITEM])
        elif code not in found:
            found.append(code)
    if found:
        read.say(name, found if of.kind == Kind.CODES else found[0])


_DATE = re.compile(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?(?:[T ].*|Z|[+-]\d\d:\d\d)?")
_DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
_MAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\"]+")


def day(read: Read, name: str, said: str) -> None:
    """A year, month or day; a time of day is dropped."""
    found = _DATE.fullmatch(said.strip())
    if found:
        read.say(name, "-".join(part for part in found.groups() if part))
    elif said.strip():
        read.note("misfit", name, value=said[:100])


def duration(read: Read, name: str, said: str) -> None:
    if _DURATION.fullmatch(said):
        read.say(name, said)
    elif said:
        read.note("misfit", name, value=said[:100])


def mail(read: Read, said: str) -> None:
    address = said.removeprefix("mailto:").strip()
    if _MAIL.fullmatch(address):
        read.say("contact_email", address)
    elif address:
        read.note("misfit", "contact_email", value=address[:100])


def number(read: Read, name: str, said: Any) -> None:
    try:
        value = int(str(said).strip().replace(",", "")[:30])
    except ValueError:
        value = -1
    if 0 <= value <= BY_NAME[name].most:
        read.say(name, value)
    else:
        read.note("misfit", name, value=str(said)[:100])


def words(read: Read, name: str, said: Iterable[str]) -> None:
    """A list of words or addresses; what is too long or too much is left out, with a note."""
    every = list(dict.fromkeys(one.strip() for one in said if one and one.strip()))
    fits = [one for one in every if len(one) <= LONGEST_ITEM][: BY_NAME[name].most]
    if len(fits) < len(every):
        left = next((one for one in every if one not in fits), "")
        read.note("misfit", name, value=left[:100])
    read.say(name, fits)


# ── What would change ────────────────────────────────────────────────────────────────────────────────
def differing(read: Read, stored: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The fields whose value differs from each of the stored ways to say the entry. What a record does not say, it does not
    change; neither does a field of which something was left out, since the rest alone would be another statement."""
    return {
        name: value
        for name, value in read.values.items()
        if name not in read.partial and all(_same(name, value) != _same(name, one.get(name)) for one in stored)
    }


def _same(name: str, value: Any) -> str:
    """Equal for equal statements: order says nothing but among variables, and neither do spaces at the ends."""
    if is_empty(value):
        return ""
    if name in BY_NAME and BY_NAME[name].kind in LISTS:
        value = sorted((_plain(one) for one in value), key=_text)
    return _text(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if not is_empty(one) and one is not False}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
