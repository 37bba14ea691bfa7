"""Signs of fraud in the admin: officers, approvers and auditors, nobody else; every look is written down."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User
from portal.accounts.rules import Role
from portal.journal.models import AccessLog
from tests.doors import as_
from tests.factories import signals as make
from tests.factories.providers import person
from vouchers.signals.models import Signal

pytestmark = pytest.mark.django_db
LIST, GRAPH = "/admin/vouchers/signal/", "/admin/vouchers/signal/graph/"
OUTSIDE = (Role.OPERATOR_CASE, Role.OPERATOR_FINANCE, Role.PAYMENT_REGISTRAR, Role.SYSADMIN, Role.STAT_VIEWER, Role.EVALUATOR)


def page(one: Signal) -> str:
    return f"{LIST}{one.pk}/change/"


def looks(**given) -> list[AccessLog]:
    return list(AccessLog.objects.filter(subject_type="signal", **given).order_by("pk"))


def test_officers_approvers_and_auditors_see_it_and_every_look_is_written_down():
    make.small()
    one = Signal.objects.get(kind="RELATED_SIDES", evidence__contains=[{"what": "ACCOUNT"}])
    parties = {party.whom.ref for party in one.parties.all()}
    for role in (Role.MINISTRY_OFFICER, Role.MINISTRY_APPROVER, Role.AUDITOR):
        user = person(role)
        assert [as_(user).get(path).status_code for path in (LIST, page(one), GRAPH)] == [200] * 3
        listed, opened, drawn = looks(by=user)
        assert opened.subject_ref == one.ref and parties <= set(opened.persons) and opened.task == "admin: signal"
        assert parties <= set(listed.persons) and parties <= set(drawn.persons)
    verb = f"{LIST}{one.pk}/verb/dismiss/"
    assert as_(user).get(verb).status_code == 403  # an auditor changes nothing


def test_nobody_else_learns_of_it():
    make.small()
    one = Signal.objects.get(kind="RELATED_SIDES", evidence__contains=[{"what": "ACCOUNT"}])
    outside = [person(role) for role in OUTSIDE]
    company, institution = (one.parties.exclude(**{side: None})[0].whom for side in ("company", "institution"))
    for side in (company, institution):
        outside += User.objects.filter(memberships__organisation=side.organisation)[:1]
    for user in outside:
        for path in (LIST, page(one), GRAPH, f"{LIST}{one.pk}/verb/watch/"):
            assert as_(user).get(path).status_code in (302, 403, 404), (user, path)
    for path in (LIST, page(one), GRAPH):
        assert Client().get(path).status_code == 302
    assert not looks()
    assert "vouchers/signal" not in as_(outside[0]).get("/admin/").content.decode()
    for where in ("event", "duty"):
        assert not told(outside[0], where, one) and told(person(Role.AUDITOR), where, one)
    as_(person(Role.AUDITOR)).get(page(one))
    assert not told(outside[0], "accesslog", one) and told(person(Role.AUDITOR), "accesslog", one)


def told(user: User, where: str, one: Signal) -> bool:
    """Whether a list of the journal has a line about it."""
    return "result_list" in as_(user).get(f"/admin/journal/{where}/?q={one.ref}").content.decode()


def test_a_page_tells_its_evidence_in_words_as_a_graph_and_as_a_table_in_both_languages():
    make.small()
    officer = as_(person(Role.MINISTRY_OFFICER))
    far = Signal.objects.get(kind="FAR_PRICE")
    ko, en = (officer.get(f"{start}{page(far)}").content.decode() for start in ("", "/en"))
    assert "중앙값" in ko and "the median of" in en and "percent" in en
    for words in (ko, en):
        assert "<svg" in words and 'role="img"' in words and "<table" in words and "is-institution" in words
        assert all(party.whom.name_ko in words or party.whom.name_en in words for party in far.parties.all())
    whole = officer.get(f"/en{GRAPH}?kind=FAR_PRICE&status=OPEN").content.decode()
    assert far.ref in whole and Signal.objects.get(kind="SPLIT_PAYMENTS").ref not in whole
    assert "Nothing was found" in officer.get(f"/en{GRAPH}?status=DISMISSED").content.decode()
    assert officer.get(f"/en{GRAPH}?kind=NONSENSE&round=x").status_code == 200


def test_an_officer_decides_on_a_page_and_nothing_typed_is_lost():
    make.small()
    officer = as_(person(Role.MINISTRY_OFFICER))
    one = Signal.objects.get(kind="SPLIT_PAYMENTS")
    answer = officer.post(f"{LIST}{one.pk}/verb/refer/", {"reason": "세 건을 함께 봅니다."})
    assert answer.status_code == 422 and "세 건을 함께 봅니다." in answer.content.decode()
    assert officer.post(f"{LIST}{one.pk}/verb/watch/", {"reason": ""}).status_code == 422
    assert officer.post(f"{LIST}{one.pk}/verb/watch/", {"reason": "세 건을 함께 봅니다."}).status_code == 302
    found = Signal.objects.get(pk=one.pk)
    assert found.status == "WATCHED" and "세 건을 함께 봅니다." in officer.get(page(one)).content.decode()


def test_a_list_of_many_costs_no_more_queries_than_one():
    make.small()
    officer = as_(person(Role.MINISTRY_OFFICER))
    few = Signal.objects.filter(kind="FAR_PRICE").count()
    officer.get(LIST)
    counted = []
    for path in (f"{LIST}?kind__exact=FAR_PRICE", LIST, f"{GRAPH}?kind=FAR_PRICE", GRAPH):
        officer.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert officer.get(path).status_code == 200
        counted.append(len(asked))
    assert few < Signal.objects.count() and counted[1] <= counted[0] + 1 and counted[3] <= counted[2] + 6, counted
