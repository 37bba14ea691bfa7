"""The same file in projects of different companies, by its fingerprint."""

from itertools import combinations

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from vouchers.rounds.rules import SignallingPolicy
from vouchers.signals.rules.facts import Evidence, Facts, File, Finding, finding, groups
from vouchers.signals.rules.stages import SignalKind


class FileKind(Codes):
    DELIVERABLE = "DELIVERABLE", _("Delivered files")
    PROOF = "PROOF", _("Proof of a payment")
    PAPER = "PAPER", _("Paper of an application")


K = FileKind


def same_files(facts: Facts, policy: SignallingPolicy) -> list[Finding]:
    """Deliveries of which a large part is the same, one proof for two companies' payments, one paper in two companies' applications.
    What many hand in (a hospital's manual, a form) belongs to nobody and is left out."""
    found: dict[str, dict[str, set[str]]] = {}  # kind → batch → fingerprints
    whose: dict[str, File] = {}
    bearers: dict[tuple[str, str], set[str]] = {}
    for one in facts.files:
        bearers.setdefault((one.kind, one.sha256), set()).add(one.batch)
    for one in facts.files:
        whose[one.batch] = one
        if one.kind == K.PROOF or len(bearers[one.kind, one.sha256]) <= 2 * policy.shared_most:
            found.setdefault(one.kind, {}).setdefault(one.batch, set()).add(one.sha256)
    alike: dict[tuple[str, str], Evidence] = {}
    for (kind, _sha256), batches in bearers.items():
        if len(batches) > 1:
            kept = found.get(kind, {})
            for a, b in combinations(sorted(batches & kept.keys())[:MOST_BATCHES], 2):
                if whose[a].company != whose[b].company and (a, b) not in alike:
                    _compare(alike, kind, a, b, kept, whose, policy)
    made = []
    for members in groups(alike):
        evidence = [one for (first, _second), one in alike.items() if first in members]
        companies, institutions = {whose[one].company for one in members}, {whose[one].institution for one in members} - {""}
        points = max(one.points for one in evidence)
        made.append(finding(SignalKind.SAME_FILE, min(members), points, evidence, companies=companies, institutions=institutions))
    return made


MOST_BATCHES = 40


def _compare(
    alike: dict[tuple[str, str], Evidence], kind: str, a: str, b: str, kept: dict[str, set[str]], whose: dict[str, File], policy: SignallingPolicy
) -> None:  # fmt: skip
    both = kept[a] & kept[b]
    percent = 100 * len(both) // max(len(kept[a]), len(kept[b]), 1) if kind == K.DELIVERABLE else 100
    if not both or percent < policy.file_percent:
        return
    points = max(policy.list_from, policy.strong_from * percent // 100)
    parties = tuple(sorted({whose[a].company, whose[b].company}))
    numbers = {"kind": kind, "files": len(both), "percent": percent, "sha256": sorted(both)[:5]}
    alike[a, b] = Evidence("FILE", points, parties, (a, b), numbers=numbers)
