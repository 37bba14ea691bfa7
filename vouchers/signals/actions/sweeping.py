"""A sweep looks at each round anew and keeps what it finds: the same evidence is the same row, and nothing is ever decided here."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from portal.journal import actions as journal
from portal.kit import clock
from portal.kit.digests import keyed
from providers.institutions.models import Institution
from vouchers.companies.models import Company
from vouchers.rounds.models import Round
from vouchers.rounds.rules import SignallingPolicy
from vouchers.signals import queries, rules
from vouchers.signals.actions.owing import owe_decision
from vouchers.signals.models import Signal, SignalParty

LOCKS = 1_397_311_310 << 32  # of the sweeps, one a round


def sweep_signals() -> int:
    """Every round that is under way. Idempotent. Returns: how many signals are new or have new evidence."""
    return sum(sweep_round(round_id=one.pk) for one in queries.rounds_to_sweep())


def sweep_round(*, round_id: int) -> int:
    """What is looked at is read without a lock; what is found is kept by one sweep at a time.

    Writes: Signal, SignalParty, Event; a Duty of the officers for each strong one that nobody decided. Returns: as `sweep_signals`.
    """
    round_ = Round.objects.get(pk=round_id)
    policy = round_.policy().signalling
    found = rules.found_in(queries.facts_of(round_), policy)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCKS + round_id])
        known = queries.known_in(round_id)
        bearing = {at: frozenset(p.company.ref for p in row.parties.all() if p.company) for at, row in known.items()}
        found = rules.known_again(found, bearing)
        there = {(one.kind.value, one.key) for one in found}
        _note_gone([row for at, row in known.items() if at not in there and row.gone_at is None])
        fresh = [one for one in found if (one.kind.value, one.key) not in known]
        held = [(known[one.kind.value, one.key], one) for one in found if (one.kind.value, one.key) in known]
        return _keep(round_, fresh, policy) + sum(_renew(row, one, policy) for row, one in held)


def evidence_of(found: rules.Finding) -> list[dict[str, Any]]:
    """As it is kept: references, digests and figures, no value itself."""
    return [
        {
            "what": str(one.what), "points": one.points, "parties": list(one.parties), "refs": list(one.refs),
            "digest": keyed(one.value, f"signal:{one.what}") if one.value else "", "numbers": dict(one.numbers),
        }
        for one in found.evidence
    ]  # fmt: skip


def digest_of(evidence: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(evidence, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _keep(round_: Round, fresh: Sequence[rules.Finding], policy: SignallingPolicy) -> int:
    rows = []
    for one in fresh:
        evidence = evidence_of(one)
        row = Signal(
            round=round_, kind=one.kind.value, key=one.key, points=one.points, strength=rules.strength(one.points, policy).value,
            evidence=evidence, evidence_digest=digest_of(evidence), rules_version=rules.VERSION,
        )  # fmt: skip
        row.name_it()
        rows.append(row)
    Signal.objects.bulk_create(rows)
    _name_parties(list(zip(rows, fresh, strict=True)))
    born = [("signal.found", row, _told(row)) for row in rows]
    if born:
        journal.record_births(born, by=None, to="OPEN")
    for row in rows:
        owe_decision(row)
    return len(rows)


def _told(row: Signal) -> dict[str, Any]:
    """What the journal says: how much was found and by which rules, never whom it concerns."""
    return {"strength": row.strength, "points": row.points, "evidence": row.evidence_digest, "rules": row.rules_version}


def _name_parties(found: Sequence[tuple[Signal, rules.Finding]]) -> None:
    """Whoever is new; who was once named stays."""
    refs: dict[str, set[str]] = {side: set() for side in rules.Side}
    for _row, one in found:
        for side, ref in one.parties:
            refs[side].add(ref)
    companies = dict(Company.objects.filter(ref__in=refs[rules.Side.COMPANY]).values_list("ref", "pk"))
    institutions = dict(Institution.objects.filter(ref__in=refs[rules.Side.INSTITUTION]).values_list("ref", "pk"))
    SignalParty.objects.bulk_create(
        [
            SignalParty(
                signal=row, company_id=companies[ref] if side == rules.Side.COMPANY else None,
                institution_id=institutions[ref] if side == rules.Side.INSTITUTION else None,
            )
            for row, one in found for side, ref in one.parties
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _renew(row: Signal, one: rules.Finding, policy: SignallingPolicy) -> int:
    """New evidence of something known. What somebody decided is to be looked at again only where it says more than before: more
    points, or another party; else the decision stands and the evidence of now is kept."""
    evidence = evidence_of(one)
    digest = digest_of(evidence)
    if digest == row.evidence_digest and row.gone_at is None:
        return 0
    named = {p.whom.ref for p in row.parties.all()}
    more = one.points > row.points or bool({ref for _side, ref in one.parties} - named) or row.gone_at is not None
    row.evidence, row.evidence_digest, row.rules_version, row.gone_at = evidence, digest, rules.VERSION, None
    row.points, row.strength = one.points, rules.strength(one.points, policy).value
    before = row.status
    if more and before != rules.SignalStatus.OPEN:
        row.status = rules.LIFECYCLE.step(before, "renew_signal")
        row.decided_by, row.decided_at, row.reason, row.inspection, row.clawback = None, None, "", None, None
    row.save()
    _name_parties([(row, one)])
    journal.record("signal.renewed", row, by=None, frm=before, to=row.status, data=_told(row))
    owe_decision(row)
    return 1


def _note_gone(rows: Sequence[Signal]) -> None:
    """A sweep finds it no more: a changed account, a digest whose time is over. It stays, and whoever owes a decision still does."""
    for row in rows:
        row.gone_at = clock.now()
        row.save()
        journal.record("signal.gone", row, by=None, frm=row.status, to=row.status)
