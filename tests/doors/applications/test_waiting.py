"""The story after the submission: working days, who has the ball, the usual wait of a step, the policy's target."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from portal.kit import clock
from tests.doors import as_
from tests.doors.applications import url
from tests.factories import applications as make
from tests.factories.rounds import make_round
from vouchers.applications import actions

pytestmark = pytest.mark.django_db


def test_too_few_cases_say_so_and_enough_say_the_median():
    round_ = make_round()
    officer, mine = make.officer(), make.submitted(make.firm(), round_)
    browser, address = as_(mine.submitted_by), url("detail", mine.ref)
    page = browser.get(address).content.decode()
    assert "아직 사례가 부족" in page and "요건검토 결과" in page and "지금까지 0근무일" in page and "목표:" in page
    threshold = round_.policy().disclosure_threshold
    other = make.submitted(make.firm(), round_)
    with clock.at(clock.now() + timedelta(days=14)):
        actions.begin_check(application_id=other.pk, by=officer)
    cache.clear()
    page = browser.get(address).content.decode()
    assert ("사례 1건의 중앙값" in page) == (threshold <= 1)


def test_reading_the_story_costs_the_same_whatever_was_measured(django_assert_max_num_queries):
    from vouchers.applications import queries

    round_ = make_round()
    one = make.submitted(make.firm(), round_)
    for _more in range(2):
        actions.begin_check(application_id=make.submitted(make.firm(), round_).pk, by=make.officer())
    cache.clear()
    queries.policy_of(one)
    with django_assert_max_num_queries(2):
        queries.usual_waits(one)
    with django_assert_max_num_queries(0):
        queries.usual_waits(one)
