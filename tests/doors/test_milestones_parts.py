"""A part accepted, figures and the operator in the company's place, in the browser."""

from decimal import Decimal

import pytest
from django.urls import reverse

from portal.kit import clock
from tests.doors import as_
from tests.factories import applications as make
from tests.factories import evaluation as ev
from tests.factories import projects as p
from vouchers.milestones import actions
from vouchers.milestones.models import Milestone

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def typed(*rows: tuple[str, str, str, str]) -> dict[str, str]:
    found = {"form-TOTAL_FORMS": "5", "form-INITIAL_FORMS": "0"}
    for i, (name, sense, target, unit) in enumerate(rows):
        found |= {f"form-{i}-name": name, f"form-{i}-sense": sense, f"form-{i}-target": target, f"form-{i}-unit": unit}
    return found


def test_indicators_are_promised_answered_and_shown_with_what_they_suggest():
    at, (row,) = p.planned()
    path, operator, manager = f"/milestones/{row.ref}/", as_(at.operator), as_(at.manager)
    assert "성과지표 입력" in text(operator.get(path)) and "성과지표 입력" not in text(manager.get(path))
    assert manager.get(f"{path}indicators/").status_code == 403
    wrong = operator.post(f"{path}indicators/", typed(("정확도", "AT_LEAST", "0", "%")))
    assert wrong.status_code == 422 and 'href="#id_form-0-target"' in text(wrong) and 'value="정확도"' in text(wrong)
    twice = operator.post(f"{path}indicators/", typed(("정확도", "AT_LEAST", "9", "%"), ("정확도", "AT_MOST", "9", "%")))
    assert twice.status_code == 422 and "이름이 같은" in text(twice)
    saved = operator.post(f"{path}indicators/", typed(("정확도", "AT_LEAST", "90", "%"), ("누락률", "AT_MOST", "5.5", "%")))
    assert saved.status_code == 303 and 'value="5.5"' in text(operator.get(f"{path}indicators/"))
    first, second = row.indicators.all()
    form = text(manager.get(f"{path}submit/"))
    assert "약속: 90 % 이상" in form and f'name="figure_{second.pk}"' in form
    short = manager.post(f"{path}submit/", {"file": make.pdf(), f"figure_{first.pk}": "72"})
    assert short.status_code == 422 and f'href="#id_figure_{second.pk}"' in text(short) and 'value="72"' in text(short)
    done = manager.post(f"{path}submit/", {"file": make.pdf(), f"figure_{first.pk}": "72", f"figure_{second.pk}": "11"})
    assert done.status_code == 303
    shown = text(as_(at.company).get(path))
    assert "80%" in shown and "50%" in shown and "평균 달성률은 65%" in shown and 'value="260,000,000"' in shown
    assert "The figures keep 65%" in text(as_(at.company).get(f"/en{path}"))


def test_a_part_is_accepted_in_the_browser_and_nothing_typed_is_lost():
    at, (row,) = p.planned()
    p.hand_in(at, row)
    path, company = f"/milestones/{row.ref}/", as_(at.company)
    assert "일부 검수" in text(company.get(path)) and "일부 검수" not in text(as_(at.manager).get(path))
    for sent, field in (
        ({"accepted_won": "400,000,000", "missing": "백 건"}, "accepted_won"),
        ({"accepted_won": "5"}, "missing"),
        ({"accepted_won": "x", "missing": "백 건"}, "accepted_won"),
    ):
        wrong = company.post(f"{path}accept-part/", sent)
        assert wrong.status_code == 422 and f'href="#id_accept-part_{field}"' in text(wrong)
        assert Milestone.objects.get(pk=row.pk).status == "SUBMITTED"
    assert "백 건" in text(company.post(f"{path}accept-part/", {"accepted_won": "400,000,000", "missing": "백 건"}))
    assert as_(at.manager).post(f"{path}accept-part/", {"accepted_won": "5", "missing": "x"}).status_code == 403
    assert as_(make.firm().staff).post(f"{path}accept-part/", {"accepted_won": "5", "missing": "x"}).status_code == 404
    assert company.post(f"{path}accept-part/", {"accepted_won": "300,000,000", "missing": "백 건"}).status_code == 303
    operator = as_(at.operator)
    shown = text(operator.get(path))
    assert "400,000,000원 중 300,000,000원" in shown and "240,000,000원" in shown
    assert operator.post(f"{path}confirm/").status_code == 303
    rest = Milestone.objects.get(part_of=row)
    assert f"/milestones/{rest.ref}/" in text(company.get(path)) and path in text(company.get(f"/milestones/{rest.ref}/"))
    english = text(as_(at.manager).get(f"/en/milestones/{rest.ref}/"))
    assert "This is what was missing of milestone 1" in english
    assert "백 건" in text(operator.get(reverse("admin:vouchers_milestone_change", args=[row.pk])))


def test_an_old_page_of_a_part_accepts_nothing_once_it_was_returned():
    at, (row,) = p.planned()
    p.hand_in(at, row)
    actions.return_milestone(milestone_id=row.pk, reason="다시", by=at.company)
    answer = as_(at.company).post(f"/milestones/{row.ref}/accept-part/", {"accepted_won": "", "missing": ""})
    assert answer.status_code in {409, 422} and Milestone.objects.get(pk=row.pk).status == "REVISION_REQUESTED"


def test_the_operator_accepts_in_place_once_the_days_are_over():
    at, (row,) = p.planned()
    actions.promise_indicators(milestone_id=row.pk, items=p.PROMISED[:1], by=at.operator)
    papers = [p.paper(at.provider_organisation, at.manager)]
    actions.submit_milestone(milestone_id=row.pk, documents=papers, figures={row.indicators.get().pk: Decimal(90)}, by=at.manager)
    path, operator = f"/milestones/{row.ref}/", as_(at.operator)
    assert "수요기업을 대신하여 검수" not in text(operator.get(path))
    assert operator.post(f"{path}accept-in-place/", {"reason": "x"}).status_code == 409
    with clock.at(p.silent(at)):
        assert "수요기업을 대신하여 검수" in text(operator.get(path)) and "수요기업을 대신하여 검수" not in text(
            as_(at.company).get(path)
        )
        empty = operator.post(f"{path}accept-in-place/", {"reason": ""})
        assert empty.status_code == 422 and 'href="#id_accept-in-place_reason"' in text(empty)
        assert as_(at.company).post(f"{path}accept-in-place/", {"reason": "x"}).status_code == 403
        assert operator.post(f"{path}accept-in-place/", {"reason": "회신 없음"}).status_code == 303
        assert "회신 없음" in text(as_(at.company).get(path)) and "회신 없음" in text(as_(at.manager).get(path))
        assert operator.post(f"{path}confirm/").status_code == 409
        assert as_(ev.operator()).post(f"{path}confirm/").status_code == 303
