"""Every notice exists in both languages, is sent by somebody, and has a name; every event has words."""

import ast
import re
from pathlib import Path

import pytest
from django.template import Context
from django.template.loader import get_template
from django.utils.translation import override

from portal.desk.notice_words import MANDATORY, OF_ORGANISATIONS, OFFERED, WORDS

ROOT = Path(__file__).resolve().parents[2]
EMAILS = ROOT / "templates" / "emails"
KOREAN = sorted(path.relative_to(EMAILS).as_posix().removesuffix(".ko.txt") for path in EMAILS.rglob("*.ko.txt"))
ENGLISH = sorted(path.relative_to(EMAILS).as_posix().removesuffix(".en.txt") for path in EMAILS.rglob("*.en.txt"))
NAMES = {name.rpartition("/")[2] for name in KOREAN}


def sources():
    for folder in ("portal", "providers", "vouchers"):
        for path in (ROOT / folder).rglob("*.py"):
            yield path, path.read_text(encoding="utf-8")


def told():
    """(file, template) of every call of a function named *tell* whose first argument is a literal."""
    for path, text in sources():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if "tell" in name and isinstance(node.args[0].value, str):
                    yield path.relative_to(ROOT).as_posix(), node.args[0].value


def test_every_notice_is_in_both_languages():
    assert KOREAN == ENGLISH and KOREAN


def test_every_notice_that_is_told_has_its_templates():
    missing = sorted({f"{file}: {name}" for file, name in told() if name not in NAMES})
    assert not missing, "\n".join(missing)


def test_every_template_is_told_by_somebody():
    code = "\n".join(text for path, text in sources() if path.name != "notice_words.py")
    unused = [name for name in sorted(NAMES) if f'"{name}"' not in code]
    assert not unused, "\n".join(unused)


def test_every_notice_has_a_name_for_people():
    assert sorted(NAMES - set(WORDS)) == [] and sorted(set(WORDS) - NAMES) == []


def test_what_is_offered_or_mandatory_is_a_notice():
    named = {*MANDATORY, *OF_ORGANISATIONS, *(name for names in OFFERED.values() for name in names)}
    assert sorted(named - set(WORDS)) == []


@pytest.mark.parametrize("name", KOREAN)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_notice_has_a_subject_line_and_a_body_of_its_language(name, language):
    found = get_template(f"emails/{name}.{language}.txt").template
    money = dict.fromkeys(re.findall(r"{{\s*(\w+)\s*\|\s*won", found.source), 320_000_000)
    with override(language):
        text = found.render(Context(money, autoescape=False)).strip()
    subject, _line, body = text.partition("\n")
    assert subject.strip() and "\n" not in subject and body.startswith("\n") and body.strip()
    hangul = re.compile("[가-힣]")
    assert bool(hangul.search(body)) == (language == "ko")
    assert language == "ko" or not hangul.search(subject)


@pytest.mark.parametrize("path", sorted(EMAILS.rglob("*.txt")), ids=lambda path: path.name)
def test_a_notice_writes_days_as_the_pages_do(path):
    """A day is handed over as a date and written by `kst_text`; the two words of applications come written already."""
    raw = re.findall(r"{{\s*(\w*(?:_on|_at|until))\s*}}", path.read_text(encoding="utf-8"))
    assert not raw, raw
