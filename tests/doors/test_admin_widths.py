"""A wide table of the admin fits the screen of an officer, laid out by a real browser from the page and its style sheets."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from tests.doors import as_
from tests.factories import applications as make
from tests.factories.rounds import make_draft
from tests.journeys.shots import chromium
from tests.services import chromium_path

pytestmark = [pytest.mark.django_db, pytest.mark.browser]
WIDER = """() => [...document.querySelectorAll("#criteria-group *")]
    .filter((one) => /auto|scroll/.test(getComputedStyle(one).overflowX)).map((one) => one.scrollWidth - one.clientWidth)"""
REMOVES = """() => document.querySelector("#criteria-group .inline-remove").getBoundingClientRect().right - innerWidth"""


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_criteria_of_a_draft_and_what_removes_one_are_in_sight(prefix):
    chromium_path()
    html = as_(make.officer()).get(f"{prefix}/admin/vouchers/round/{make_draft().pk}/change/").content.decode()
    sheets = [finders.find(name) for name in re.findall(r'href="/static/([^"?]+\.css)', html)]
    assert sheets and all(sheets)
    html = re.sub(r"<script.*?</script>|<link[^>]*>", "", html, flags=re.S)
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_content(html)
        for sheet in sheets:
            page.add_style_tag(content=Path(sheet).read_text())
        page.add_style_tag(
            content=".material-symbols-outlined { width: 1.5rem; overflow: hidden; }"
        )  # its font is not loaded here
        assert max(page.evaluate(WIDER)) == 0
        assert page.evaluate(REMOVES) < 0
