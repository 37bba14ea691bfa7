"""A call from nothing to a selection that stood an objection, in Korean, in a browser: officers, three companies, a panel."""

import os
import random

import pytest
from playwright.sync_api import Browser

from tests.journeys import defended, steps
from tests.journeys.live import Portal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not os.environ.get("ALL_JOURNEYS"), reason="two minutes more than `make test` has; `make journeys` plays it as well"
    ),
]


def test_from_nothing_to_a_defended_selection(chromium: Browser, portal: Portal) -> None:
    mark = f"{random.randrange(10**6):06d}"
    cast = steps.Cast(chromium, portal)
    story = {
        "round": f"voucher-{mark}", "title": f"의료 AI 데이터 바우처 공모 {mark}", "title_en": f"Medical AI data voucher call {mark}",
    }  # fmt: skip
    for step in defended.STEPS:
        try:
            step(cast, story)
        except BaseException as error:
            error.add_note(f"at the step {step.__name__}; story so far: {story}; faults: {cast.faults()}")
            raise
        assert not cast.faults(), f"after {step.__name__}"
    portal.run("verify")  # chains, ledger and signed runs are true afterwards
