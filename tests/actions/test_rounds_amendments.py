"""What changes after the announcement: numbered, with reasons, told to all concerned; the database keeps it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from portal.journal.models import Event, Notice
from portal.kit import clock
from portal.kit.errors import IllegalStep, NotAllowed, Refused
from tests.doors import as_
from tests.factories import applications as make
from tests.factories.accounts import make_staff
from tests.factories.rounds import make_draft, make_round
from vouchers.applications import actions as applications
from vouchers.ledger import actions as ledger
from vouchers.rounds import actions, queries, rules
from vouchers.rounds.models import Amendment, PolicyVersion, Round

pytestmark = pytest.mark.django_db
WHY = {"reason_ko": "접수 장애", "reason_en": "Outage"}


@pytest.fixture
def approver():
    return make_staff("MINISTRY_APPROVER")


def test_an_amendment_is_numbered_public_and_told_once(client, approver):
    owner, row = make.firm(), make_round(key="amended")
    make.start(owner, row)
    later = row.closes_at + timedelta(days=3)
    first = actions.amend(round_id=row.pk, facts={"closes_at": later, "budget_won": row.budget_won}, by=approver, **WHY)
    assert (first.number, [one["what"] for one in first.changes], first.policy_number) == (1, ["closes_at"], None)
    second = actions.amend(round_id=row.pk, facts={"summary_ko": "새 요약", "summary_en": "New"}, by=approver, **WHY)
    assert second.number == 2 and Round.objects.get().closes_at == later
    assert Event.objects.filter(name="round.amended", public=True, reason="접수 장애").count() == 2
    for _ in range(2):
        applications.tell_amendments(now=clock.now())
    assert Notice.objects.filter(template="round_amended", user=owner.representative).count() == 2
    for prefix, words in (("", ("변경 1", "접수 장애", "새 요약")), ("/en", ("Amendment 1", "Outage", "Applications close"))):
        page = client.get(f"{prefix}/rounds/amended/").content.decode()
        assert all(word in page for word in words), words
    assert f"#{second.ref}" in client.get("/rounds/feed.atom").content.decode()
    assert client.get("/rounds/amended/call.pdf").status_code == 200


def test_a_budget_is_never_lowered_below_what_the_ledger_gave_the_call(approver):
    row = make_round()
    given = ledger.appropriate(round_id=row.pk, amount_won=row.budget_won, reason="예산", by=approver)
    with pytest.raises(Refused) as error:
        actions.amend(round_id=row.pk, facts={"budget_won": row.budget_won - 1}, by=approver, **WHY)
    assert error.value.code == "below_ledger" and not Amendment.objects.exists()
    ledger.reverse(event_id=given.pk, reason="잘못 입력", by=approver)
    assert actions.amend(round_id=row.pk, facts={"budget_won": row.budget_won - 1}, by=approver, **WHY).number == 1


def test_target_days_make_a_new_frozen_version_and_what_was_handed_in_keeps_its_own(approver):
    row = make_round()
    before = row.policy_version()
    made = actions.amend(round_id=row.pk, target_days={"quote": 10}, by=approver, **WHY)
    after = row.policy_version()
    assert (made.policy_number, after.number) == (before.number + 1, before.number + 1) and after.frozen_at == made.made_at
    assert rules.parse_policy(after.body).days("quote") == 10 and rules.parse_policy(before.body).days("quote") == 15
    assert rules.parse_policy(after.body).days("payment") == rules.parse_policy(before.body).days("payment")
    assert queries.change_words(made)[0][1:] == ("15근무일", "10근무일")


def test_what_an_amendment_must_not_do(approver):
    row = make_round()
    for change, code in (
        ({"facts": {"closes_at": row.closes_at - timedelta(days=1)}}, "not_later"),
        ({"facts": {"closes_at": None}}, "not_later"),
        ({"facts": {"project_start_on": row.closes_at.date() - timedelta(days=2)}}, "project_before_close"),
        ({"facts": {"budget_won": None}}, "amend_budget"),
        ({"facts": {"summary_en": "only English"}}, "amend_texts"),
        ({"facts": {"match_timing": "AFTER_SELECTION"}}, "not_amendable"),
        ({"facts": {"closes_at": row.closes_at}}, "nothing_changed"),
        ({"target_days": {"coffee": 1}}, "not_amendable"),
    ):
        with pytest.raises(Refused) as refusal:
            actions.amend(round_id=row.pk, by=approver, **WHY, **change)
        assert refusal.value.code == code
    with pytest.raises(Refused):
        actions.amend(round_id=row.pk, facts={"budget_won": 1}, reason_ko="장애", reason_en=" ", by=approver)
    with pytest.raises(NotAllowed):
        actions.amend(round_id=row.pk, facts={"budget_won": 1}, by=make_staff("MINISTRY_OFFICER"), **WHY)
    with pytest.raises(IllegalStep):
        actions.amend(round_id=make_draft().pk, facts={"budget_won": 1}, by=approver, **WHY)
    assert not Amendment.objects.exists() and PolicyVersion.objects.filter(round=row).count() == 1


def test_an_approver_amends_in_the_admin(approver):
    row, client = make_round(), as_(approver)
    address = f"/admin/vouchers/round/{row.pk}/verb/amend/"
    page = client.get(address).content.decode()
    assert 'name="days_quote" value="15"' in page and 'name="reason_en"' in page
    later = clock.to_kst(row.closes_at) + timedelta(days=2)
    days = {f"days_{step}": row.policy().days(step) for step in rules.STEP_WORDS}
    typed = {"closes_at": f"{later:%Y-%m-%dT%H:%M}", "budget_won": str(row.budget_won), **days, "days_quote": 12, **WHY}
    assert client.post(address, {**typed, "reason_en": ""}).status_code == 422
    assert client.post(address, typed).status_code == 302
    made = Amendment.objects.get()
    assert sorted(one["what"] for one in made.changes) == ["closes_at", "target_days.quote"]
    assert "Outage" in client.get(f"/admin/vouchers/round/{row.pk}/change/").content.decode()
    assert as_(make_staff("MINISTRY_OFFICER")).get(address).status_code == 403


def refused(sql: str, *values) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_the_database_keeps_amendments_and_policies(approver):
    row = make_round()
    made = actions.amend(round_id=row.pk, target_days={"quote": 10}, by=approver, **WHY)
    refused("UPDATE vouchers_amendment SET reason_ko = 'x' WHERE id = %s", made.pk)
    refused("UPDATE vouchers_amendment SET told_at = now(), number = 9 WHERE id = %s", made.pk)
    refused("DELETE FROM vouchers_amendment WHERE id = %s", made.pk)
    refused("UPDATE vouchers_policyversion SET body = '{}' WHERE round_id = %s", row.pk)
    copied = "ref || 'x', created_at, updated_at, 1, number + 1, {body}, reason, frozen_at, round_id"
    insert = (
        "INSERT INTO vouchers_policyversion (ref, created_at, updated_at, version, number, body, reason, frozen_at, round_id) "
        f"SELECT {copied} FROM vouchers_policyversion WHERE round_id = %s ORDER BY number DESC LIMIT 1"
    )
    refused(insert.format(body="body"), row.pk)  # no amendment names it
    refused("UPDATE vouchers_round SET budget_won = budget_won + 1 WHERE id = %s", row.pk)
    Amendment(round=row, number=2, changes=made.changes, policy_number=3, made_at=clock.now(), **WHY).save()
    refused(insert.format(body='body || \'{"pass_mark": "1"}\''), row.pk)  # more than the days
    refused("UPDATE vouchers_round SET budget_won = budget_won + 1 WHERE id = %s", row.pk)  # the amendment is about the days
