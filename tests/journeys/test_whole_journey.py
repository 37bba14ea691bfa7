"""A start-up's way from the sign-up to money paid and counted, in Korean, in a browser, with a real worker and bank."""

import pytest
from playwright.sync_api import Browser

from tests.journeys import steps
from tests.journeys.live import Portal

pytestmark = pytest.mark.browser


def test_from_sign_up_to_money_paid(chromium: Browser, portal: Portal) -> None:
    cast, story = steps.Cast(chromium, portal), {}
    for step in steps.STEPS:
        try:
            step(cast, story)
        except BaseException as error:
            error.add_note(f"at the step {step.__name__}; story so far: {story}; faults: {cast.faults()}")
            raise
        assert not cast.faults(), f"after {step.__name__}"
    portal.run("verify")  # chains, ledger and counts are true afterwards
