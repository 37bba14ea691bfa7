"""What happened, chained per subject, and who saw whose data."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import connection

from portal.journal import rules
from portal.journal.models import AccessLog, Event
from portal.journal.people import organisations_of, roles_of
from portal.kit import clock, prepared
from portal.kit.access import source
from portal.kit.models import Row


def record(
    name: str,
    subject: Row,
    *,
    by: Any,
    frm: str = "",
    to: str = "",
    reason: str = "",
    policy_version: int | None = None,
    organisations: Iterable[int] = (),
    public: bool = False,
    data: dict[str, Any] | None = None,
    after: Event | None = None,
) -> Event:
    """Appends one event to the subject's chain. name: `<noun>.<past participle>`; by None: the portal itself.

    after: the subject's last event, where the caller has it at hand; else it is looked up. The caller holds the subject's row lock; the unique (subject, seq) stops anybody who does not. Writes: Event.
    """
    happening = {
        "name": name, "frm": frm, "to": to, "reason": reason, "policy_version": policy_version, "organisations": organisations,
        "public": public, "data": data,
    }  # fmt: skip
    return record_all(subject, [happening], by=by, after=after)[0]


def record_all(subject: Row, happenings: Iterable[Mapping[str, Any]], *, by: Any, after: Event | None = None) -> list[Event]:
    """As `record`, for what happened to one subject one after the other: one statement. happenings: arguments of `record`."""
    assert connection.in_atomic_block, "an event is written in the transaction of its change"
    found = (after.seq, after.hash) if after else prepared.first_row(_LAST, [subject.ref])
    last, previous = found or (0, rules.GENESIS)
    events: list[Event] = []
    for seq, one in enumerate(happenings, last + 1):
        events.append(_event(subject=subject, by=by, seq=seq, previous_hash=previous, **one))
        previous = events[-1].hash
    prepared.insert(events)
    return events


_LAST = "SELECT seq, hash FROM journal_event WHERE subject_ref = %s ORDER BY seq DESC LIMIT 1"


def record_births(
    births: Iterable[tuple[str, Row, dict[str, Any]]],
    *,
    by: Any,
    to: str = "",
    organisations: Iterable[int] | Callable[[Any], Iterable[int]] = (),
) -> None:
    """The first events of rows that were made in this transaction, by (name, row, data): one statement for all. organisations: of
    all of them, or what gives those of a row. Writes: Event."""
    assert connection.in_atomic_block, "an event is written in the transaction of its change"
    prepared.insert(
        [
            _event(
                name,
                subject,
                by=by,
                data=data,
                to=to,
                seq=1,
                previous_hash=rules.GENESIS,
                organisations=organisations(subject) if callable(organisations) else organisations,
            )
            for name, subject, data in births
        ]
    )


def _event(
    name: str,
    subject: Row,
    *,
    by: Any,
    seq: int,
    previous_hash: str,
    frm: str = "",
    to: str = "",
    reason: str = "",
    policy_version: int | None = None,
    organisations: Iterable[int] = (),
    public: bool = False,
    data: dict[str, Any] | None = None,
) -> Event:
    event = prepared.made(
        Event,
        at=clock.now(),
        name=name,
        subject_type=subject._meta.model_name or "",
        subject_ref=subject.ref,
        seq=seq,
        by_id=by.pk if by is not None else None,
        roles=sorted(roles_of(by)),
        frm=str(frm),
        to=str(to),
        reason=str(reason),
        policy_version=policy_version,
        organisations=sorted(set(organisations)),
        public=public,
        data=_stored(data or {}),
        previous_hash=previous_hash,
    )
    event.hash = rules.chain(event.previous_hash, event.content())
    return event


def _stored(data: dict[str, Any]) -> dict[str, Any]:
    """What will be read back: that is what is hashed."""
    if all(type(name) is str and type(value) in _PLAIN for name, value in data.items()):
        return data
    return json.loads(json.dumps(data, default=str))  # type: ignore[no-any-return]


_PLAIN = frozenset({str, int, bool, type(None)})  # as they are in JSON


def saw(by: Any, subject: Any, *, persons: Iterable[str] = (), what: str, whose: Iterable[int | None] = ()) -> None:
    """The one write that a GET may make: who saw whose data, from where. Writes: AccessLog.

    subject: a row, or a model for a page that lists people. persons: refs of the people and companies whose data were
    shown. whose: ids of the organisations that they belong to; somebody who acts for one of them reads their own data, and
    nothing is written.
    """
    if set(whose) & organisations_of(by):
        return
    AccessLog.objects.create(
        by=by,
        source=source.get(),
        subject_type=subject._meta.model_name or "",
        subject_ref="" if isinstance(subject, type) else getattr(subject, "ref", "") or getattr(subject, "subject_ref", ""),
        persons=sorted(set(persons)),
        task=what[:80],
    )
