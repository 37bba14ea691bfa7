"""A company, an open call, and the company's draft in it."""

import pytest

from tests.factories import applications as make
from tests.factories.rounds import make_round


@pytest.fixture
def owner():
    return make.firm()


@pytest.fixture
def round_():
    return make_round()


@pytest.fixture
def application(owner, round_):
    return make.start(owner, round_)
