"""Questions that one action asks dozens of times are asked once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.db.models import Model

_known: ContextVar[dict[Any, Any] | None] = ContextVar("known", default=None)


@contextmanager
def asked_once(known: Mapping[Any, Any] | None = None) -> Iterator[None]:
    """Within the block each question marked below is asked once: for an action that judges what stands behind a row that it
    has locked, and changes nothing of it. known: answers that are at hand already, by `asked_as`."""
    token = _known.set(dict(known or {}))
    try:
        yield
    finally:
        _known.reset(token)


def asked_as(question: Any, *args: Any) -> Any:
    """Under which key `asked_once` knows the answer to a question that is asked once."""
    return _key(question.__wrapped__, *args)


def _key(question: Any, *args: Any) -> Any:
    if len(args) == 1 and isinstance(args[0], Model):  # most of them, dozens of times a submission
        return question, (type(args[0]), args[0].pk)
    return (question, *((type(a), a.pk) if isinstance(a, Model) else a for a in args))


def once[**P, T](question: Callable[P, T]) -> Callable[P, T]:
    @wraps(question)
    def inner(*args: P.args, **kwargs: P.kwargs) -> T:
        known = _known.get()
        if known is None:
            return question(*args, **kwargs)
        key = _key(question, *args, *kwargs.values())
        if key not in known:
            known[key] = question(*args, **kwargs)
        found: T = known[key]
        return found

    return inner
