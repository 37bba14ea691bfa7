"""Reads a page's forms and fills them as nobody should: empty, far too long, of the wrong type, with foreign hidden values."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

MARK = "로봇이 적은 글 robot"  # looked for on the page that answers: what was typed is not lost
LONG = f"{MARK} " + "가" * 30_000
CHOSEN = {"radio", "checkbox"}
PROGRAM = {"name": "서류.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\x00 this is a program, no document"}
EMPTY_FILE = {"name": "빈 파일.pdf", "mimeType": "application/pdf", "buffer": b""}


@dataclass
class Field:
    tag: str
    kind: str
    name: str
    value: str


@dataclass
class Form:
    """A form that posts. `buttons`: (name, value) of its submit buttons; unnamed ones count as ("", "")."""

    action: str
    files: bool
    fields: list[Field] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def visible(self) -> list[Field]:
        return [one for one in self.fields if one.kind != "hidden"]

    def filled(self, how: str, button: tuple[str, str]) -> dict[str, object]:
        """how: empty, long, wrong, foreign. The token of the session stays, or only its check would be tried."""
        data: dict[str, object] = {}
        for one in self.fields:
            if one.name == "csrfmiddlewaretoken" or (one.kind == "hidden" and how in {"empty", "long", "wrong"}):
                data[one.name] = one.value
            elif one.kind == "file":
                if how in {"long", "wrong"}:
                    data[one.name] = PROGRAM if how == "wrong" else EMPTY_FILE
            elif one.kind in CHOSEN or one.tag == "select":
                if how != "empty":
                    data[one.name] = "no-such-choice" if how != "foreign" else "999999999999999999999"
            else:
                data[one.name] = _text(one, how)
        if button[0]:
            data[button[0]] = button[1] if how != "foreign" else "no-such-choice"
        return data


def _text(one: Field, how: str) -> str:
    if how == "empty":
        return ""
    if how == "foreign":
        return "999999999999999999999" if one.kind == "hidden" else f"{MARK}\x00\x1b"
    if how == "wrong":
        return "2026-99-99" if one.kind in {"date", "datetime-local", "time", "month"} else f"{MARK} <script>alert(1)</script>"
    return "9" * 400 if one.kind == "number" else LONG


class Forms(HTMLParser):
    """The forms of a page that post somewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self.open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            posts = at.get("method", "").lower() == "post"
            self.open = Form(at.get("action", ""), "multipart" in at.get("enctype", "")) if posts else None
            if self.open:
                self.found.append(self.open)
        elif self.open is None:
            return
        elif (tag == "button" and at.get("type", "submit") == "submit") or (tag == "input" and at.get("type") == "submit"):
            self.open.buttons.append((at.get("name", ""), at.get("value", "")))
        elif tag in {"input", "select", "textarea"} and at.get("name"):
            kind = at.get("type", "text") if tag == "input" else tag
            self.open.fields.append(Field(tag, kind, at["name"], at.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None


def forms(html: str) -> Iterator[Form]:
    reader = Forms()
    reader.feed(html)
    yield from reader.found
