"""Two colleagues save the same section in the same moment, on two connections: each text is stored or asked about."""

import pytest

from tests.committed import together
from tests.factories import applications as make
from tests.factories.rounds import make_round
from vouchers.applications import actions, rules

pytestmark = pytest.mark.usefixtures("committed_db")


def test_different_fields_are_both_stored_and_the_same_field_by_one_of_them():
    owner, round_ = make.firm(), make_round()
    application = make.start(owner, round_)
    make.save(application, "project", owner.staff)
    stored = application.sections.get(key="project").answers
    seen = {name: rules.mark(value) for name, value in stored.items()}

    def write(by, **changes):
        return lambda: actions.merge_section(
            application_id=application.pk, key="project", answers={**stored, **changes}, version=None, seen=seen, by=by
        )[1]

    first, second = together(
        write(owner.staff, product="가", market="나의 시장"), write(owner.representative, product="나", summary="동료의 요약"),
        behind=application,
    )  # fmt: skip
    now = application.sections.get(key="project").answers
    assert now["market"] == "나의 시장" and now["summary"] == "동료의 요약"
    assert {first.conflicts, second.conflicts} == {(), ("product",)}  # one was first, the other is asked
    winner = first if not first.conflicts else second
    assert now["product"] == winner.taken["product"]
