"""What templates say: dates, money, addresses, states."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from portal.kit import clock, workdays
from portal.kit.forms import CountedTextarea, WholeField, WonFormField
from portal.templatetags import portal as tags

FRIDAY = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # 12:00 in Seoul


@pytest.mark.parametrize(("language", "said"), [("ko", "2026. 11. 23.(월) 18:00"), ("en", "23 Nov 2026, 18:00 (KST)")])
def test_a_moment_is_said_in_korean_time(language: str, said: str) -> None:
    with override(language):
        assert tags.kst_text(datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) == said


def test_the_end_of_a_day_is_24_hours_of_that_day() -> None:
    end = clock.end_of_day(date(2026, 11, 23))
    with override("ko"):
        assert tags.kst_text(end) == "2026. 11. 23.(월) 24:00"
        assert tags.kst_from_text(end) == "2026. 11. 24.(화) 00:00"
        assert "2026. 11. 23.(월)" in tags.kst_day(end)


@pytest.mark.parametrize(
    ("due", "said", "tone"),
    [
        (clock.end_of_day(date(2026, 11, 20)), "due today", "soon"),
        (clock.end_of_day(date(2026, 11, 21)), "due before the next working day", "soon"),  # a Saturday
        (clock.end_of_day(date(2026, 11, 23)), "1 working day left", "soon"),
        (clock.end_of_day(date(2026, 11, 27)), "5 working days left", "calm"),
        (clock.end_of_day(date(2026, 11, 18)), "2 working days late", "late"),
        (FRIDAY - timedelta(hours=1), "1 working day late", "late"),
    ],
)
def test_working_days_left(due: datetime, said: str, tone: str) -> None:
    with clock.at(FRIDAY), override("en"):
        assert (tags.workdays_left(due), tags.due_tone(due)) == (said, tone)


@pytest.mark.parametrize(
    "today", [date(2026, 11, 20), date(2026, 11, 28), date(2026, 12, 24), date(2027, 2, 5)]
)  # before New Year's days
def test_what_is_due_within_some_working_days_is_what_the_words_beside_it_say(today: date) -> None:
    """Also where the due day is a day of rest."""
    now = clock.end_of_day(today) - timedelta(hours=9)
    last = workdays.end_of_days(now, 5)
    for ahead in range(20):
        due = clock.end_of_day(today + timedelta(days=ahead))
        assert (due <= last) == (workdays.left(due, now) <= 5), due


@pytest.mark.parametrize(
    ("address", "language", "said"),
    [
        ("/rounds/", "en", "/en/rounds/"),
        ("/en/rounds/?q=a", "ko", "/rounds/?q=a"),
        ("/en/rounds/", "en", "/en/rounds/"),
        ("/", "en", "/en/"),
        ("/en/", "ko", "/"),
        ("/entry/", "ko", "/entry/"),
        ("/api/v1/stats/", "en", "/api/v1/stats/"),
    ],
)
def test_addresses_in_both_languages(address: str, language: str, said: str) -> None:
    assert tags.in_language(address, language) == said


def test_the_switcher_keeps_the_filters() -> None:
    context = Context({"request": RequestFactory().get("/catalogue/?q=CT&page=2")})
    assert Template('{% load portal %}{% same_page "en" %}').render(context) == "/en/catalogue/?q=CT&amp;page=2"
    assert Template("{% load portal %}{% query_replace page=3 q='' %}").render(context) == "?page=3"


def test_the_switcher_after_a_refused_form_leads_to_the_page_on_which_it_stood() -> None:
    refused = RequestFactory().post("/payments/pay-1/return/", headers={"referer": "http://testserver/payments/pay-1/?tab=2"})
    assert tags.same_page(Context({"request": refused}), "en") == "/en/payments/pay-1/?tab=2"
    elsewhere = RequestFactory().post("/payments/pay-1/return/", headers={"referer": "https://else.example/x/"})
    assert tags.same_page(Context({"request": elsewhere}), "en") == "/en/payments/pay-1/return/"


class Budget(forms.Form):
    amount = WonFormField(max_value=320_000_000)


@pytest.mark.parametrize("typed", ["320,000,000", "320000000", "320,000,000원", " 320 000 000 "])
def test_won_is_typed_as_people_type_it(typed: str) -> None:
    form = Budget({"amount": typed})
    assert form.is_valid()
    assert form.cleaned_data["amount"] == 320_000_000


@pytest.mark.parametrize("typed", ["", "abc", "1.5", "-1", "320,000,001", "9" * 40])
def test_wrong_won_comes_back_as_typed(typed: str) -> None:
    form = Budget({"amount": typed})
    assert not form.is_valid()
    html = str(form)
    assert 'aria-invalid="true"' in html
    assert "data-error-summary" in html


def test_a_number_stays_on_one_line_and_its_text_is_escaped() -> None:
    shown = tags.whole_numbers("<b> 제출: A2027-00002, 2027-04-01")
    assert shown == '&lt;b&gt; 제출: <span class="nowrap">A2027-00002</span>, 2027-04-01'
    assert tags.whole_numbers("HDV-2027-000024") == '<span class="nowrap">HDV-2027-000024</span>'


def test_a_score_is_said_out_of_a_hundred() -> None:
    assert (tags.of_hundred(9227), tags.of_hundred(10_000)) == ("92.3", "100.0")


@pytest.mark.parametrize("widget", [CountedTextarea, forms.Textarea, forms.TextInput, forms.EmailInput, forms.PasswordInput])
def test_a_text_that_is_too_long_is_not_cut_by_the_browser_but_refused_and_kept(widget: type[forms.Widget]) -> None:
    class Reason(forms.Form):
        reason = forms.CharField(max_length=5, widget=widget)

    blank, typed = Reason(), Reason({"reason": "123456"})
    assert "maxlength" not in str(blank["reason"]) and 'data-limit="5"' in str(blank["reason"])
    assert typed.errors["reason"] and (widget is forms.PasswordInput or "123456" in str(typed["reason"]))


@pytest.mark.parametrize(
    ("field", "typed"), [(WholeField(max_value=1_000_000), "2,000,000"), (WonFormField(max_value=1_000_000), "2000000")]
)
def test_a_limit_is_said_in_groups(field: forms.Field, typed: str) -> None:
    with pytest.raises(ValidationError) as fault:
        field.clean(typed)
    assert "1,000,000" in " ".join(fault.value.messages)
