"""Pages about being away and about handing a duty over: whose they are, what they refuse, and what the desks show."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from portal.accounts import actions
from portal.accounts.models import Absence
from portal.journal import actions as journal
from portal.journal.models import Duty
from portal.kit import clock
from tests.doors import as_
from tests.doors.test_desk_doors import queries
from tests.factories.accounts import make_member, make_organisation, make_staff

pytestmark = pytest.mark.django_db
PAGE = "/en/accounts/absences/"


def owed(n: int = 1, role: str = "MINISTRY_OFFICER", organisation: Any = None) -> Duty:
    with transaction.atomic():
        for i in range(n):
            duty = journal.open_duty(
                make_organisation(), "answer_inquiry", title_ko=f"질의 {i}", title_en=f"Inquiry {i}", url="/home/", due_in=5,
                role=role, organisation=organisation, by=None,
            )  # fmt: skip
    return duty


def days(first: int, last: int) -> dict[str, str]:
    return {"from_on": str(clock.today() + timedelta(days=first)), "to_on": str(clock.today() + timedelta(days=last))}


def test_an_absence_is_entered_refused_with_what_was_typed_and_ended() -> None:
    one, two, stranger = make_staff("MINISTRY_OFFICER"), make_staff("MINISTRY_OFFICER", name="Colleague"), make_staff("AUDITOR")
    client = as_(one)
    page = client.get(PAGE).content.decode()
    assert (
        "Colleague (Ministry case officer)" in page and stranger.get_full_name() not in page and "No absence is entered" in page
    )
    answer = client.post(PAGE, {**days(3, 1), "deputy": two.pk})
    assert (
        answer.status_code == 422
        and "before the first" in answer.content.decode()
        and days(3, 1)["to_on"] in answer.content.decode()
    )
    assert client.post(PAGE, {**days(0, 1), "deputy": stranger.pk}).status_code == 422
    assert client.post(PAGE, {**days(0, 1), "deputy": two.pk}).status_code == 303
    row = Absence.objects.get()
    assert (row.user, row.deputy) == (one, two) and "Away now" in client.get(PAGE).content.decode()
    assert one.get_full_name() in as_(two).get(PAGE).content.decode()
    end = f"/en/accounts/absences/{row.ref}/end/"
    assert as_(two).post(end).status_code == 404 and "/accounts/login/" in Client().post(end)["Location"]
    assert client.post(end).status_code == 303 and "Ended early on" in client.get(PAGE).content.decode()
    assert "over already" in client.post(end, follow=True).content.decode()


def test_a_duty_is_handed_over_and_stands_on_the_desks() -> None:
    one, two, three = (make_staff("MINISTRY_OFFICER", name=name) for name in ("First", "Second", "Third"))
    duty = owed()
    there = f"/en/home/duties/{duty.ref}/"
    assert as_(make_staff("AUDITOR")).get(there).status_code == 404 and "/accounts/login/" in Client().get(there)["Location"]
    client = as_(three)
    assert there in client.get("/en/home/").content.decode() and there in client.get("/en/admin/").content.decode()
    assert (
        client.post(there, {"to": ""}).status_code == 422 and client.post(there, {"to": one.pk, "reason": "r"}).status_code == 303
    )
    page = client.get(there).content.decode()
    assert "Handed to a colleague" in page and "Give it back to all" in page
    actions.record_absence(user=one, from_on=clock.today(), to_on=clock.today(), deputy=two, by=one)
    for address, words in (("/en/home/", "For First, who is away"), ("/en/admin/", "First, who is away")):
        assert words in as_(two).get(address).content.decode() and words not in client.get(address).content.decode()
    assert "First looks after it" in client.get("/en/home/").content.decode()
    assert as_(two).post(f"{there}give-back/").status_code == 303
    assert "looks after this" not in client.post(f"{there}give-back/", follow=True).content.decode().split("<main")[0]
    assert "Nobody in particular" in client.post(f"{there}give-back/", follow=True).content.decode()


def test_what_is_asked_by_name_says_why_it_stays() -> None:
    evaluator = make_staff("EVALUATOR")
    with transaction.atomic():
        duty = journal.open_duty(
            make_organisation(), "submit_scores", title_ko="ㄱ", title_en="A", url="/", user=evaluator, by=None
        )
    client = as_(evaluator)
    assert "asked of you alone" in client.get(f"/en/home/duties/{duty.ref}/").content.decode()
    assert "Hand over" not in client.get("/en/home/").content.decode()
    assert "Nobody here can stand in" in client.get(PAGE).content.decode()


def test_colleagues_of_an_organisation_see_its_duties_alone() -> None:
    here = make_organisation("PROVIDER")
    one, two = (make_member(here, "PROVIDER_MANAGER") for _n in range(2))
    stranger = make_member(make_organisation("PROVIDER"), "PROVIDER_MANAGER")
    duty = owed(role="PROVIDER_MANAGER", organisation=here)
    there = f"/en/home/duties/{duty.ref}/"
    assert as_(stranger).get(there).status_code == 404
    page = as_(one).get(there).content.decode()
    assert two.get_full_name() in page and stranger.get_full_name() not in page


def test_a_desk_asks_as_much_for_many_duties_in_one_s_hands_as_for_one() -> None:
    one, two = make_staff("MINISTRY_OFFICER"), make_staff("MINISTRY_OFFICER")
    actions.record_absence(user=two, from_on=clock.today(), to_on=clock.today(), deputy=one, by=two)
    duty = owed()
    actions.hand_duty(duty_id=duty.pk, to=one, reason="", by=one)
    client = as_(one)
    client.get("/home/")
    few = [queries(client, address) for address in ("/home/", "/admin/", f"/home/duties/{duty.ref}/", PAGE)]
    owed(12)
    for n, further in enumerate(Duty.objects.filter(holder=None)):
        Duty.objects.filter(pk=further.pk).update(holder=(one, two)[n % 2])
    client.get("/home/")
    assert [queries(client, address) for address in ("/home/", "/admin/", f"/home/duties/{duty.ref}/", PAGE)] == few


def test_the_administrator_enters_and_ends_somebody_s_absence() -> None:
    one, two, admin = make_staff("AUDITOR"), make_staff("AUDITOR"), make_staff("SYSADMIN")
    client, verb = as_(admin), f"/en/admin/accounts/user/{one.pk}/verb/record_absence/"
    assert "Enter an absence" in client.get(verb).content.decode()
    assert client.post(verb, {**days(0, 1), "deputy": "nobody@x.example"}).status_code == 422
    assert client.post(verb, {**days(0, 1), "deputy": two.email}).status_code == 302
    row = Absence.objects.get()
    assert row.deputy == two and row.entered_by == admin
    assert as_(two).post(f"/en/admin/accounts/absence/{row.pk}/verb/end/").status_code == 403
    assert client.post(f"/en/admin/accounts/absence/{row.pk}/verb/end/").status_code == 302
    assert Absence.objects.get().ended_by == admin and client.get("/en/admin/accounts/absence/").status_code == 200
