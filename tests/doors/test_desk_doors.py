"""Each role's desk, the admin's home, lists and dashboard, the public numbers: what they show, and what they cost."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.desk import figures
from portal.desk import queries as queries_of_desk
from portal.desk.projects import _plan_url, under_way
from portal.journal import actions as journal
from portal.journal.memory import remembered
from portal.journal.models import Duty, Notice
from portal.kit import clock
from portal.management import scale
from portal.templatetags.portal import kst, kst_text
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import projects, quotes
from tests.factories.accounts import make_person, make_staff
from tests.factories.rounds import make_round
from vouchers.matching import actions as matching

pytestmark = pytest.mark.django_db
STAFF_PAGES = (
    "/home/", "/admin/", "/admin/dashboard/", "/admin/vouchers/application/", "/admin/vouchers/company/", "/admin/journal/event/",
    "/admin/journal/duty/", "/admin/vouchers/round/", "/stats/", "/rounds/", "/api/v1/stats/applications/?by=track,region",
)  # fmt: skip


def queries(client: Client, path: str) -> int:
    """Of the second reading: the first fills what is the same for everybody."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
        count = len(asked)
    assert answer.status_code == 200, path
    return count


def test_lists_desk_and_dashboard_ask_as_much_for_many_rows_as_for_few() -> None:
    make_round()
    make_person("applicant@demo.example")
    client = as_(make_staff("MINISTRY_OFFICER"))
    scale.pour(3, 1, lambda said: None)
    few = {path: queries(client, path) for path in STAFF_PAGES}
    scale.pour(60, 2, lambda said: None)
    assert {path: queries(client, path) for path in STAFF_PAGES} == few
    assert max(few.values()) <= 9


def test_a_company_desk_asks_as_much_for_many_duties_as_for_one() -> None:
    application = make.draft()
    client = as_(application.created_by)
    one = queries(client, "/home/")
    for n in range(30):
        journal.open_duty(
            application, f"task_{n}", title_ko=f"할 일 {n}", title_en=f"Task {n}", url="/home/", due_in=n,
            organisation=application.company.organisation, by=None,
        )  # fmt: skip
    assert queries(client, "/home/") == one


def test_a_quote_waits_on_the_companys_desk_until_it_is_answered() -> None:
    at = quotes.stage()
    quote = quotes.quoted(at)
    due = Duty.objects.get(verb="accept_quote").due_at
    for reader in (at.firm.user, at.firm.colleague):
        page = as_(reader).get("/en/home/").content.decode().split('id="list"', 1)[1]
        row = page.split('class="duty-list"', 1)[1].split("</ol>", 1)[0]
        assert f'href="/en/matching/quotes/{quote.request.ref}/"' in row and str(kst(due)) in row
    matching.decline_quote(quote_id=quote.pk, reason="다른 곳으로 정했습니다.", by=at.firm.user)
    assert "duty-list" not in as_(at.firm.user).get("/en/home/").content.decode()


def test_the_desk_shows_what_a_start_up_still_has_to_fill_in() -> None:
    application = make.draft()
    page = as_(application.created_by).get("/en/home/").content.decode()
    assert f"/en/applications/{application.ref}/sections/budget/" in page
    assert "of 6 completed" in page


def test_the_desk_shows_a_project_with_who_has_the_ball() -> None:
    made = projects.project()
    page = as_(made.company).get("/en/home/").content.decode()
    assert made.agreement.number in page
    assert 'class="timeline"' in page


def test_every_number_of_the_desk_opens_its_duties() -> None:
    application = make.draft()
    organisation, client = application.company.organisation, as_(application.created_by)
    for verb, days in (("late_one", 0), ("later_one", 30)):
        journal.open_duty(
            application, verb, title_ko=verb, title_en=verb, url="/home/", due_in=days, organisation=organisation, by=None
        )
    journal.open_duty(
        application,
        "gone",
        title_ko="gone",
        title_en="gone",
        url="/home/",
        due_at=clock.now(),
        organisation=organisation,
        by=None,
    )
    late = client.get("/en/home/?due=late").content.decode()
    assert "gone" in late
    assert "later_one</a>" not in late
    kind = client.get("/en/home/?kind=later_one").content.decode()
    assert 'class="duty-link" href="/en/home/">later_one' in kind
    assert 'class="duty-link" href="/en/home/">gone' not in kind


@pytest.mark.parametrize("query", ["due=x", "kind=%00", "kind=" + "a" * 3000, "due=late&kind=zzz", "kind=%25s"])
def test_a_desk_with_an_unreadable_filter_still_answers(query: str) -> None:
    person = make.draft().created_by
    assert as_(person).get(f"/home/?{query}").status_code == 200
    assert as_(make_staff("MINISTRY_OFFICER")).get(f"/admin/?{query}").status_code == 200


def test_a_stranger_sees_nothing_of_it_and_anonymous_is_sent_to_the_sign_in() -> None:
    application = make.draft()
    stranger = make.draft().created_by
    assert application.ref not in as_(stranger).get("/home/").content.decode()
    assert "/accounts/login/" in Client().get("/home/")["Location"]
    assert "/login/" in Client().get("/admin/")["Location"]
    assert as_(stranger).get("/admin/dashboard/").status_code in (302, 403)


def test_the_dashboard_refuses_what_it_does_not_know() -> None:
    client = as_(make_staff("MINISTRY_OFFICER"))
    for query in ("by=size", "round=none", "round=%00"):
        assert client.get(f"/admin/dashboard/?{query}").status_code == 404
        assert client.get(f"/stats/?{query}").status_code == 404


@pytest.mark.parametrize(
    ("path", "named", "allowed"),
    [
        ("applications/?by=colour", "by", "track"),
        ("applications/?round=none", "round", None),
        ("applications/?as_of=1999-01-01", "as_of", None),
        ("applications/?format=xml", "format", "csv"),
        ("applications/?colour=red", "colour", "by"),
        ("applications/?cursor=x", "cursor", "by"),
        ("nothing/", "measure", "paid_won"),
    ],
)
def test_the_statistics_api_names_what_it_does_not_know_and_lists_what_it_does(
    path: str, named: str, allowed: str | None
) -> None:
    make_round()
    answer = Client().get(f"/api/v1/stats/{path}")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
    body = answer.json()
    assert named in body["parameters"]
    assert body["allowed"]
    assert allowed is None or allowed in body["allowed"]


def test_the_statistics_api_has_its_two_measures_in_two_formats_and_says_when_nothing_changed() -> None:
    make.submitted()
    first = Client().get("/api/v1/stats/applications/?by=state")
    assert first.json()["total"] == 1
    assert first.json()["as_of"] == clock.today().isoformat()
    assert Client().get("/api/v1/stats/applications/?by=track&by=region").json()["by"] == ["track", "region"]
    again = Client().get("/api/v1/stats/applications/?by=state", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    table = Client().get("/api/v1/stats/paid_won/?by=track,region,state&format=csv")
    assert table["Content-Type"].startswith("text/csv")
    broken = Client().get("/api/v1/stats/paid_won/?by=colour&format=csv")
    assert broken["Content-Type"].startswith("application/problem+json")
    assert broken.json()["parameters"] == ["by"]


def test_page_dashboard_and_api_show_the_same_number() -> None:
    make.submitted()
    total = Client().get("/api/v1/stats/applications/").json()["total"]
    assert f"<strong>{total}</strong>" in Client().get("/en/stats/").content.decode()
    staff = as_(make_staff("MINISTRY_OFFICER"))
    assert f'<dd><a href="/en/admin/vouchers/application/">{total}</a></dd>' in staff.get("/en/admin/dashboard/").content.decode()
    make.submitted()
    assert Client().get("/api/v1/stats/applications/").json()["total"] == total + 1


def test_numbers_are_worked_out_again_after_an_event_only() -> None:
    made: list[int] = []
    assert remembered("test", lambda: made.append(1) or len(made)) == 1
    assert remembered("test", lambda: made.append(1) or len(made)) == 1
    make.draft()
    assert remembered("test", lambda: made.append(1) or len(made)) == 2


def test_admin_lists_search_and_filters_work_without_scripts() -> None:
    application = make.submitted()
    client = as_(make_staff("MINISTRY_OFFICER"))
    page = client.get("/en/admin/vouchers/application/?status__exact=SUBMITTED").content.decode()
    assert application.receipt_no in page
    assert 'class="facet active"' in page
    assert "x-cloak" not in page.split("<body")[0]
    assert application.receipt_no not in client.get("/en/admin/vouchers/application/?status__exact=SELECTED").content.decode()
    mangled = client.get("/en/admin/vouchers/application/?q=%00")  # left out, and said
    assert (mangled.status_code, mangled["Location"]) == (302, "/en/admin/vouchers/application/")


def test_a_stopped_clock_is_not_late() -> None:
    """Neither counted as late nor red, in the portal and in the admin."""
    case = make.submitted()
    officer = make.officer()
    duty = Duty.objects.get(subject_ref=case.ref, verb="begin_check")
    with clock.at(duty.due_at + timedelta(days=3)):
        assert queries_of_desk.desk(officer).late == 1
        journal.pause_duty(case, "begin_check", by=None)
        with transaction.atomic():
            journal.record("application.check_begun", case, by=None)  # what is remembered is counted anew
        shown = queries_of_desk.desk(officer)
        assert (shown.late, shown.today, shown.soon, shown.total) == (0, 0, 0, 1)
        assert [(one.late, one.due_at) for one in shown.kinds] == [(0, None)]
        assert [one.late for one in figures.queues() if one.verb == "begin_check"] == [0]
        desk = as_(officer).get("/en/home/").content.decode()
        assert "Clock paused" in desk and 'class="duty is-late"' not in desk
        for address in ("/en/admin/", f"/en/admin/vouchers/application/{case.pk}/change/"):
            page = as_(officer).get(address).content.decode()
            assert "Clock paused" in page and 'nowrap late"' not in page and '<li class="late">' not in page


def test_the_demo_clock_jumps_to_a_closing_only_while_a_call_is_open() -> None:
    admin = make_staff("SYSADMIN")
    row = make_round()
    page = as_(admin).get("/home/").content.decode()
    assert f"다음 접수 마감까지 ({kst_text(row.closes_at)})" in page
    with clock.at(row.closes_at):
        page = as_(admin).get("/home/").content.decode()
    assert "다음 접수 마감까지" not in page and 'value="week"' in page


@pytest.mark.parametrize(("to", "then"), [("month", date(2026, 12, 28)), ("year", date(2027, 1, 1)), ("never", None)])
def test_the_demo_clock_goes_a_month_on_or_into_the_next_year(monkeypatch, to: str, then: date | None) -> None:
    moved: list[timedelta] = []
    monkeypatch.setattr("portal.desk.views.clock.move_forward", moved.append)
    with clock.at(now := clock.kst(2026, 11, 28, 10)):
        as_(make_staff("SYSADMIN")).post("/demo/clock/", {"to": to})
    assert [clock.to_kst(now + by).date() for by in moved] == [then] * bool(then)


def test_a_notice_is_read_on_the_way_to_its_page_and_only_by_its_reader() -> None:
    application = make.draft()
    reader, stranger = application.created_by, make.draft().created_by
    journal.tell("duty_reminder", app="journal", subject=application, to=[reader], url=f"/applications/{application.ref}/")
    notice = Notice.objects.get(user=reader, subject_ref=application.ref, template="duty_reminder")
    client, address = as_(reader), f"/home/notices/{notice.ref}/"
    assert address in client.get("/home/").content.decode() and address in client.get("/home/notices/").content.decode()
    client.get(f"/applications/{application.ref}/")  # the page itself writes nothing
    assert as_(stranger).get(address).status_code == 404
    assert "/accounts/login/" in Client().get(address)["Location"]
    notice.refresh_from_db()
    assert notice.read_at is None
    assert client.get(f"/en{address}")["Location"] == f"/en/applications/{application.ref}/"
    assert client.get(address)["Location"] == f"/applications/{application.ref}/"
    notice.refresh_from_db()
    assert notice.read_at is not None
    Notice.objects.filter(pk=notice.pk).update(url="//elsewhere.example/")
    assert client.get(address)["Location"] == "/home/notices/"


def test_the_desk_of_somebody_without_a_company_says_only_what_comes_first() -> None:
    page = as_(make_person()).get("/home/").content.decode()
    assert "먼저 기업을 등록해" in page and "지금 하실 일이 없습니다" not in page
    assert page.count('class="next-step"') == 2 and 'href="/providers/apply/"' in page  # an institution's people find their door


def test_after_a_confirmed_match_the_next_step_is_to_apply_in_the_open_call() -> None:
    owner, round_ = make.firm(), make_round()
    client, start = as_(owner.staff), f"/applications/start/{round_.key}/"
    page = client.get("/home/").content.decode()
    assert "지금 하실 일이 없습니다" in page and start not in page
    before = queries(client, "/home/")
    chosen = make.match(owner, make.need(owner, round_))
    page = client.get("/home/").content.decode()
    assert start in page and "지금 하실 일이 없습니다" not in page and queries(client, "/home/") == before
    assert start not in as_(make.firm().staff).get("/home/").content.decode()
    with clock.at(round_.closes_at):
        assert start not in client.get("/home/").content.decode()
    application = make.start(owner, round_)
    assert application.application_matches.get().match == chosen and start not in client.get("/home/").content.decode()


def test_after_the_voucher_the_next_step_is_the_data_access_plan() -> None:
    made = projects.project()
    cards = under_way(frozenset({made.agreement.company.organisation_id}))[1]
    row = {"activated_at": "2027-01-01T00:00:00+00:00", "steps": []}
    assert _plan_url(row) == "/access/new/"
    assert _plan_url({**row, "activated_at": None}) == ""
    draft = {"kind": "access", "ref": "acr-1", "status": "DRAFT"}
    assert _plan_url({**row, "steps": [draft]}) == "/access/requests/acr-1/"
    assert _plan_url({**row, "steps": [draft, {**draft, "status": "SUBMITTED"}]}) == ""
    assert _plan_url({**row, "steps": [{**draft, "status": "WITHDRAWN"}]}) == "/access/new/"
    page = as_(made.company).get("/home/").content.decode()
    assert ("다음 할 일" in page) is any(card.plan_url for card in cards)
