"""The pool at its doors: affiliations, the list of names, challenges, and what officers see of them."""

import re

import pytest
from django.test import Client

from portal.journal.models import Duty, Event, Notice
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import evaluation as ev
from vouchers.evaluation import actions
from vouchers.evaluation.models import Affiliation, Assignment, CaseConflict, Challenge, PoolMember

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def member_of(at, user) -> PoolMember:
    return actions.add_to_pool(round_id=at.round.pk, user_id=user.pk, expertise=["CT"], by=at.officer)


def test_an_evaluator_keeps_their_own_affiliations():
    at = ev.panel()
    mine, other = at.evaluators
    client, address = as_(mine), "/evaluation/affiliations/"
    assert "아직 입력한 것이 없습니다" in text(client.get(address))
    assert client.post(address, {"kind": "EMPLOYMENT", "name": ""}).status_code == 422
    assert client.post(address, {"kind": "DECLARED", "name": "가상회사"}).status_code == 422
    late = {"kind": "ADVICE", "name": "가상회사", "starts_on": "2026-02-01", "ends_on": "2026-01-01"}
    refused = client.post(address, late)
    assert refused.status_code == 422 and "종료일이 시작일보다" in text(refused) and 'value="가상회사"' in text(refused)
    assert client.post(address, {"kind": "EMPLOYMENT", "name": "가상회사", "aliases": "가 회사, Fictional"}).status_code == 303
    row = Affiliation.objects.get()
    assert row.aliases == ["가 회사", "Fictional"] and "가 회사, Fictional" in text(client.get(address))
    assert "My affiliations" in text(client.get("/en" + address))
    assert as_(other).post(f"{address}{row.ref}/end/", {"ends_on": "2026-01-01"}).status_code == 404
    assert client.post(f"{address}{row.ref}/end/", {"ends_on": "gestern"}).status_code == 422
    assert client.post(f"{address}{row.ref}/end/", {"ends_on": "2026-01-01"}).status_code == 303
    assert client.post(f"{address}{row.ref}/end/", {"ends_on": "2026-01-01"}).status_code == 422  # a second click
    assert as_(at.firms[0].representative).get(address).status_code == 403 and Client().get(address).status_code == 302


def test_the_list_of_names_carries_names_alone_in_the_order_of_their_letters():
    at = ev.panel(2, titles=["첫 과제", "둘째 과제"])
    user = at.evaluators[0]
    member = member_of(at, user)
    client, address = as_(user), f"/evaluation/names/{member.ref}/"
    assert address in text(client.get("/evaluation/"))
    page = text(client.get(address))
    shown = re.findall(r'type="checkbox"[^>]*>\s*<label[^>]*>\s*([^<]+?)\s*</label>', page) or re.findall(
        r"<label[^>]*>\s*(가상[^<]+?)\s*<", page
    )
    assert len(shown) == 4 and shown == sorted(shown)
    for application in at.applications:
        for secret in (application.title, application.receipt_no, application.ref, application.track.name_ko, "320,000,000"):
            assert secret not in page
    assert "Fictional Company" in text(client.get("/en" + address))
    firm = at.firms[0].organisation.ref
    assert client.post(address, {"names": [firm]}).status_code == 422  # without a word why
    assert client.post(address, {"names": ["org-0000000000"], "ground": "자문"}).status_code == 422
    assert client.post(address, {"names": [firm], "ground": "자문"}).status_code == 303
    assert CaseConflict.objects.standing().get().application == at.applications[0]
    assert at.firms[0].company.name_ko not in text(client.get(address))
    assert client.post(address, {}).status_code == 303  # nothing is an answer too
    assert as_(at.evaluators[1]).get(address).status_code == 404
    assert as_(at.firms[0].representative).get(address).status_code == 403 and Client().get(address).status_code == 302


def test_a_company_challenges_a_named_member_and_the_member_never_learns_who_asked():
    at = ev.panel(1, conflicts={"publishes_pool": True, "challenge_days": 20})
    user, firm, application = at.evaluators[0], at.firms[0], at.applications[0]
    member = member_of(at, user)
    actions.declare_names(member_id=member.pk, keys=[], ground="", by=user)
    row = ev.assigned(at, application, user)
    address = f"/evaluation/challenges/{application.ref}/"
    client = as_(firm.representative)
    assert address in text(client.get(f"/applications/{application.ref}/"))
    assert user.get_full_name() in text(client.get(address)) and "Challenge an evaluator" in text(client.get("/en" + address))
    assert client.post(address, {"member": member.pk, "statement": ""}).status_code == 422
    staff = as_(firm.staff).post(address, {"member": member.pk, "statement": "동종 업계"})
    assert staff.status_code in {403, 422} and not Challenge.objects.exists()
    assert client.post(address, {"member": member.pk, "statement": "경쟁 기업의 고문입니다."}).status_code == 303
    assert client.post(address, {"member": member.pk, "statement": "다시"}).status_code == 422
    filed = Challenge.objects.get()
    assert Duty.objects.filter(subject_ref=filed.ref, role="MINISTRY_OFFICER", closed_at__isnull=True).count() == 1
    for nobody in (make.firm().representative, user, at.evaluators[1]):
        assert as_(nobody).get(address).status_code in {403, 404}
    officer, verb = as_(at.officer), f"/admin/vouchers/challenge/{filed.pk}/verb/uphold/"
    assert (
        "경쟁 기업의 고문입니다." in text(officer.get(verb)) and as_(at.approver).post(verb, {"reason": "x"}).status_code == 403
    )
    assert (
        officer.post(verb, {"reason": ""}).status_code == 422 and officer.post(verb, {"reason": "사실 확인"}).status_code == 302
    )
    assert officer.post(verb, {"reason": "사실 확인"}).status_code == 422
    assert Assignment.objects.get(pk=row.pk).status == "RECUSED"
    seen = "".join(text(as_(user).get(page)) for page in ("/evaluation/", "/evaluation/?show=done", "/home/", "/home/notices/"))
    for secret in (application.title, firm.company.name_ko, filed.ref, "기피"):
        assert secret not in seen
    assert not Notice.objects.filter(user=user, subject_ref=filed.ref).exists()
    assert Notice.objects.filter(template="challenge_decided", user=firm.representative).count() == 1
    assert "사실 확인" in text(client.get(address))
    assert [event.organisations for event in Event.objects.filter(name__startswith="conflict.")] == [[]]
    assert actions.sync_conflicts() == 0 and CaseConflict.objects.standing().filter(source="CHALLENGE").count() == 1


def test_a_round_that_does_not_publish_its_pool_shows_nobody():
    at = ev.panel()
    member_of(at, at.evaluators[0])
    address = f"/evaluation/challenges/{at.applications[0].ref}/"
    assert as_(at.firms[0].representative).get(address).status_code == 404
    assert address not in text(as_(at.firms[0].representative).get(f"/applications/{at.applications[0].ref}/"))


def test_officers_keep_the_pool_in_the_admin():
    at = ev.panel()
    client, user = as_(at.officer), at.evaluators[0]
    add = "/admin/vouchers/poolmember/add/"
    assert user.get_full_name() in text(client.get(add))
    assert client.post(add, {"round": at.round.pk, "user": user.pk, "languages": ["ko", "en"]}).status_code == 302
    again = client.post(add, {"round": at.round.pk, "user": user.pk, "languages": ["ko"]})
    assert again.status_code == 422 and "이미 이 후보단에" in text(again)
    member = PoolMember.objects.get()
    asked = client.get("/admin/vouchers/affiliation/add/").content.decode()  # every field is there to be filled in
    assert [name for name in ("user", "kind", "name", "aliases", "starts_on", "ends_on") if f'name="{name}"' not in asked] == []
    new = {"user": user.pk, "kind": "EMPLOYMENT", "name": at.firms[0].company.name_ko}
    assert client.post("/admin/vouchers/affiliation/add/", new).status_code == 302
    page = text(client.get(f"/admin/vouchers/poolmember/{member.pk}/change/"))
    assert at.firms[0].company.name_ko in page and at.applications[0].receipt_no in page and "현재 소속" in page
    for model in ("poolmember", "affiliation", "caseconflict", "challenge"):
        assert client.get(f"/admin/vouchers/{model}/").status_code == 200
        assert as_(user).get(f"/admin/vouchers/{model}/").status_code in {302, 403}
    conflict = CaseConflict.objects.get()
    assert client.get(f"/admin/vouchers/caseconflict/{conflict.pk}/change/").status_code == 200
    assert as_(at.approver).post(add, {"round": at.round.pk, "user": at.evaluators[1].pk}).status_code == 403
    left = f"/admin/vouchers/poolmember/{member.pk}/verb/leave/"
    assert client.post(left, {"reason": "사임"}).status_code == 302 and client.post(left, {"reason": "사임"}).status_code in {
        404,
        422,
    }


def test_the_answer_to_the_list_of_names_says_what_was_declared():
    at = ev.panel(1)
    for user, marked, said in zip(
        at.evaluators, (False, True), ("이해충돌이 있는 곳이 없다고", "고르신 곳의 신청서"), strict=True
    ):
        address = f"/evaluation/names/{member_of(at, user).ref}/"
        names = [at.firms[0].organisation.ref] if marked else []
        page = text(as_(user).post(address, {"names": names, "ground": "자문" if marked else ""}, follow=True))
        assert said in page and ("고르신 곳의" in page) == marked
