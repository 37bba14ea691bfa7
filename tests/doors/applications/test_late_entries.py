"""A late entry through the browser: an officer and an approver in the admin, then the representative's code."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from portal.accounts.rules import Role
from portal.journal.models import Notice
from portal.kit import clock
from portal.templatetags.portal import kst_text
from tests.doors import as_
from tests.factories import applications as make
from tests.factories.providers import person
from tests.factories.rounds import make_round
from vouchers.applications.models import LateEntry

pytestmark = pytest.mark.django_db


def test_from_the_officers_form_to_the_late_draft():
    owner, round_ = make.firm(), make_round()
    draft, rival = make.start(owner, round_), make.firm()
    page = reverse("applications:late", args=[round_.key])
    assert "코드가 필요 없습니다" in as_(owner.representative).get(page).content.decode()
    first, second = make.officer(), person(Role.MINISTRY_APPROVER)
    with clock.at(round_.closes_at + timedelta(hours=1)):
        call = reverse("rounds:detail", args=[round_.key])
        assert page in as_(owner.representative).get(call).content.decode() and page not in as_(None).get(call).content.decode()
        add, until = reverse("admin:vouchers_lateentry_add"), clock.to_kst(round_.closes_at + timedelta(days=1))
        sent = {
            "track": draft.track_id, "brn": owner.company.brn, "email": rival.representative.email, "until": f"{until:%Y-%m-%dT%H:%M}",
            "reason": "포털 장애",
        }  # fmt: skip
        wrong = as_(first).post(add, sent)
        assert wrong.status_code == 422 and "포털 장애" in wrong.content.decode()
        assert as_(first).post(add, {**sent, "email": owner.representative.email}).status_code == 302
        row = LateEntry.objects.get()
        verb = reverse("admin:vouchers_lateentry_verb", args=[row.pk, "confirm"])
        assert as_(first).post(verb).status_code == 403 and LateEntry.objects.get().status == "PROPOSED"
        record = reverse("admin:vouchers_lateentry_change", args=[row.pk])
        assert (
            "지금 처리할 곳: 부처 승인자" in as_(first).get(record).content.decode()
            and verb not in as_(first).get(record).content.decode()
        )
        assert row.reason in as_(second).get(verb).content.decode() and as_(second).post(verb).status_code == 302
        assert "1건" in as_(second).get(reverse("admin:vouchers_round_change", args=[round_.pk])).content.decode()
        assert as_(None).get(page).status_code == 302 and as_(first).get(page).status_code == 403
        colleague = as_(owner.staff).get(page)
        assert "대표자" in colleague.content.decode() and 'name="code"' not in colleague.content.decode()
        assert page in as_(owner.representative).get(draft.get_absolute_url()).content.decode()
        assert as_(rival.representative).post(page, {"code": "0000-0000-0000"}).status_code == 422
        held = reverse("admin:vouchers_round_verb", args=[round_.pk, "begin_evaluation"])
        for answer in (as_(first).get(held, follow=True), as_(first).post(held, follow=True)):  # an old link, a second window
            assert answer.redirect_chain and "추가 접수" in answer.content.decode().split("<main")[1]
        round_.refresh_from_db()
        assert round_.status == "ANNOUNCED"
        empty = as_(owner.representative).post(page, {"code": ""})
        assert empty.status_code == 422
        typed = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", Notice.objects.get(template="late_entry_code").body).group()
        answer = as_(owner.representative).post(f"/en{page}", {"code": typed})  # who reads English goes on in English
        assert answer.status_code == 303 and answer["Location"] == f"/en{draft.get_absolute_url()}"
        shown = as_(owner.staff).get(draft.get_absolute_url()).content.decode()
        assert "추가 접수 기한" in shown and reverse("applications:submit", args=[draft.ref]) in shown
        for name, args in (("section", [draft.ref, "project"]), ("submit", [draft.ref]), ("list", [])):
            written = as_(owner.staff).get(reverse(f"applications:{name}", args=args)).content.decode()
            assert "추가 접수 기한" in written and kst_text(until) in written and kst_text(round_.closes_at) not in written, name
        assert reverse("applications:section", args=[draft.ref, "project"]) in as_(owner.staff).get("/home/").content.decode()
        assert as_(rival.staff).get(reverse("applications:start", args=[round_.key])).content.decode().count('name="track"') == 0
    with clock.at(row.until):
        assert (
            reverse("applications:submit", args=[draft.ref])
            not in as_(owner.staff).get(draft.get_absolute_url()).content.decode()
        )
