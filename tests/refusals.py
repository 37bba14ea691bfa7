"""What an action refuses, by its code: one word for it in every test."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.kit.errors import Refused


def refused(call: Callable[..., Any], code: str, **given: Any) -> str:
    """`call(**given)` is refused with this code, in a sentence, which is returned."""
    with pytest.raises(Refused) as error:
        call(**given)
    assert error.value.code == code, error.value.message
    assert str(error.value)
    return str(error.value.message)
