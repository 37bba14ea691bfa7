"""What readers stumbled over: page gaps that were links, words in template arguments without Korean, lost sentences."""

from pathlib import Path

from django.core.paginator import Paginator
from django.test import Client
from django.utils import translation

from portal.management.commands.words import sources
from portal.templatetags.portal import page_numbers


def test_the_gap_between_page_numbers_is_no_page_in_any_language() -> None:
    page = Paginator(range(400), 10).get_page(20)
    for language in ("ko", "en"):
        with translation.override(language):
            assert [n for n in page_numbers(page) if not isinstance(n, int)] == ["…", "…"]


def test_words_given_to_a_component_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text('{% include "b.html" with title=_("One thing") text=_("Another.") only %}')
    assert sources(tmp_path) == {"One thing", "Another."}


def test_an_expired_form_shows_what_was_written_but_no_password_and_nothing_to_send() -> None:
    answer = Client(enforce_csrf_checks=True).post(
        "/en/accounts/signup/", {"name": "Words that took time", "password1": "pass word with spaces"}
    )
    shown = answer.content.decode()
    assert answer.status_code == 403 and "Words that took time" in shown
    assert "pass word with spaces" not in shown and "data-autosave" not in shown
