"""Follows links as a reader would, one page of each URL pattern, and says what is wrong with a page's words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import psycopg
from django.urls import Resolver404, resolve
from playwright.sync_api import APIResponse
from psycopg import sql

from tests.journeys.people import Person

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "path", "circle"}
MUTE = {"script", "style", "code", "pre", "textarea", "noscript", "template", "svg"}
SPOKEN = ("aria-label", "title", "placeholder", "alt", "content")
SKIP = re.compile(r"^/(en/)?(accounts/logout/|static/|api/|i18n/|metrics|health/|admin/logout/|admin/password|demo/mail/)")
NEUTRAL = re.compile(r"^/(api|static|i18n|demo/mail)/|\.[a-z]{2,6}$")  # one address for both languages
HANGUL = re.compile(r"[가-힣]+(?:[ ·,.()0-9A-Za-z%–-]*[가-힣]+)*")
ENGLISH = re.compile(r"\b[A-Za-z][a-z']+(?:,? +[A-Za-z][A-Za-z'-]*)+")  # two words; columns of a file have no space between
# What may stand in the other language: the language switch, codes, brand and proper names
ALLOWED = {
    "en": ("한국어", "바우처", "사업계획서"),  # the last one: a file's name at /styles/
    "ko": ("Healthcare Data Voucher", "Business Model", "PostgreSQL", "Fictional Institute", "org, Croissant"),
}  # fmt: skip

STARTS = {
    "": ("/", "/rounds/", "/catalogue/", "/stats/", "/check/?size=SMALL&region=BUSAN&standing=NONE&modality=CT&area=ANY&budget=100000000", "/styles/", "/accounts/login/", "/accounts/signup/"),
    **dict.fromkeys(("operator", "officer", "finance"), ("/home/", "/admin/")),
}  # fmt: skip


class Words(HTMLParser):
    """Text and spoken attributes with the language they claim; title, headings and links."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, str, bool]] = []
        self.texts: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.strays: list[str] = []
        self.title, self.headings = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        lang, mute = (self.stack[-1][1], self.stack[-1][2]) if self.stack else ("", False)
        lang = found.get("lang") or lang
        mute = mute or tag in MUTE
        self.headings += tag == "h1"
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if not mute and tag != "meta":
            self.texts += [(lang, str(found[name])) for name in SPOKEN if found.get(name)]
            if tag == "input" and found.get("type") in ("submit", "button"):
                self.texts.append((lang, found.get("value") or ""))
        if tag not in VOID:
            self.stack.append((tag, lang, mute))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self.stack) - 1, -1, -1):
            if self.stack[place][0] == tag:
                del self.stack[place:]
                break

    def handle_data(self, data: str) -> None:
        if not self.stack or not data.strip():
            return
        tag, lang, mute = self.stack[-1]
        if tag == "title" and not self.title:
            self.title = data.strip()
        if not mute:
            self.texts.append((lang, " ".join(data.split())))


class Entered:
    """Everything that people or reference facts put into the database: may be shown as it is in both languages."""

    def __init__(self, url: str) -> None:
        self.korean, self.english, self.url = "", "", url
        with psycopg.connect(url) as there:
            columns = there.execute(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type IN"
                " ('text', 'character varying', 'jsonb') AND table_name !~ '(mailbox|notice|duty|session|migration|typeinfo)'"
            ).fetchall()
            for table, column in columns:
                query = sql.SQL("SELECT DISTINCT {0}::text FROM {1} WHERE {0} IS NOT NULL LIMIT 20000").format(
                    sql.Identifier(column), sql.Identifier(table)
                )
                joined = "\n".join(str(row[0]) for row in there.execute(query))
                self.korean += "" if column.endswith("_ko") else joined
                self.english += "" if column.endswith("_en") else joined
        self.korean, self.english = " ".join(self.korean.split()), " ".join(self.english.split()).replace("\\n", " ")
        self.asked: dict[tuple[str, str], bool] = {}

    def strangers(self, words: Words, language: str, record: bool = False) -> Iterator[str]:
        """Runs of the other language that nobody entered. `record`: a clerk's record shows both columns side by side."""
        pattern, own = (HANGUL, "korean") if language == "en" else (ENGLISH, "english")
        places = ("korean", "english") if record else (own,)
        for lang, text in words.texts:
            if lang and lang[:2] != language:
                continue
            for run in pattern.findall(text):
                pieces = [run] if language == "ko" else run.split()
                if any(word in run for word in ALLOWED[language]):
                    continue
                left = [piece for piece in pieces if not any(self._holds(place, piece) for place in places)]
                if left and record:
                    sent = self._sent()
                    left = [piece for piece in left if piece not in sent]
                if left:
                    yield f"{run!r} in {text[:160]!r}"

    def _holds(self, place: str, piece: str) -> bool:
        """Whether it stands in that long text: the same words come on many pages, so each is looked for once."""
        if (place, piece) not in self.asked:
            self.asked[place, piece] = piece in getattr(self, place)
        return self.asked[place, piece]

    def _sent(self) -> str:
        """Mails are told in their reader's language; the worker sends more of them while pages are read."""
        with psycopg.connect(self.url) as there:
            return "\n".join(str(row[0]) for row in there.execute("SELECT DISTINCT title FROM journal_notice"))


def crawl(person: Person, starts: tuple[str, ...]) -> Iterator[tuple[str, str, APIResponse, Words | None]]:
    """(route, path, answer, words) of one page of each route that the person can reach by links. words: of HTML answers."""
    prefix = "/en" if person.language == "en" else ""
    todo, seen = [prefix + path for path in starts], set()
    while todo:
        path = todo.pop(0)
        route = route_of(path.partition("?")[0])
        if route is None or route in seen or SKIP.match(path):
            continue
        seen.add(route)
        answer = person.page.request.get(person.portal.base + path, max_redirects=5)
        assert 'sessionid=""' not in answer.headers.get("set-cookie", ""), f"{path} signs the reader out: {answer.url}"
        html = "text/html" in answer.headers.get("content-type", "")
        words = Words() if html else None
        if words is not None:
            words.feed(answer.text())
            links = [urlsplit(urljoin(answer.url, link)) for link in words.links]
            here = urlsplit(person.portal.base).netloc
            at = urlsplit(answer.url).path  # where the address led to
            leaving = {found.path for found in links if found.netloc == here and _leaves(found.path, at)}
            words.strays = sorted(leaving | ({at} if _leaves(at, path) else set()))
            todo += [
                found.path for found in links
                if found.netloc == here and found.scheme.startswith("http")
                and found.path.startswith("/en/") == (person.language == "en")
            ]  # fmt: skip
        yield route, path, answer, words


@dataclass(frozen=True)
class Seen:
    """A page as a reader found it. words: of HTML, None for anything else."""

    route: str
    path: str
    status: int
    words: Words | None


def reached(person: Person, starts: tuple[str, ...]) -> list[Seen]:
    """What `crawl` finds, to be looked at when the reader has gone."""
    return [Seen(route, path, answer.status, words) for route, path, answer, words in crawl(person, starts)]


def _leaves(link: str, page: str) -> bool:
    """Whether an English page leads to a Korean one; the language switch, to the same page, may."""
    return page.startswith("/en/") and not (link.startswith("/en/") or NEUTRAL.search(link) or link == page.partition("?")[0][3:])


def route_of(path: str) -> str | None:
    """The URL pattern, without the language: one page of each is looked at."""
    plain = path[3:] if path.startswith("/en/") else path
    try:
        found: Any = resolve(plain)
    except Resolver404:
        return None
    return str(found.route)
