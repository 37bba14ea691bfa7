"""Suspension and termination (중지, 해지) of an agreement in force: by consent, or for a fault after notice and opinion. Source: domain.md
§1.7 (prior notice, opinion, return by kind of fault), 6.6.

By consent every party signs what it does to the money; the last signature carries it out. For a fault the operating agency gives
notice of one party's ground, the parties give their opinions within the round's days, then a second person decides.
"""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kit.codes import Codes
from portal.kit.lifecycle import Lifecycle


class HaltKind(Codes):
    SUSPENSION = "SUSPENSION", _("Suspension")
    TERMINATION = "TERMINATION", _("Termination")


class HaltWay(Codes):
    CONSENT = "CONSENT", _("By consent of every party")
    FAULT = "FAULT", _("For a party's fault")


class HaltGround(Codes):
    NO_DATA = "NO_DATA", _("The data cannot be provided")
    REVIEW_REFUSED = "REVIEW_REFUSED", _("The IRB or the DRB refused the use")
    PURPOSE_LOST = "PURPOSE_LOST", _("The project has lost its purpose")
    INSPECTION = "INSPECTION", _("Facts are being examined")
    NOT_PERFORMED = "NOT_PERFORMED", _("The agreement is not performed")
    BUSINESS_ENDED = "BUSINESS_ENDED", _("Business closed or insolvent")
    DATA_MISUSE = "DATA_MISUSE", _("Pseudonymised data not protected")
    OTHER_USE = "OTHER_USE", _("Money used for another purpose")
    FALSE_CLAIM = "FALSE_CLAIM", _("Applied for or received by false statements")


class HaltStatus(Codes):
    PROPOSED = "PROPOSED", _("Waits for everybody's consent")
    NOTICED = "NOTICED", _("Notice given, opinions are heard")
    EXECUTED = "EXECUTED", _("Carried out")
    DISMISSED = "DISMISSED", _("Not carried out")
    WITHDRAWN = "WITHDRAWN", _("Taken back")


H, G, W, K = HaltStatus, HaltGround, HaltWay, HaltKind
HALT_LIFECYCLE = Lifecycle(
    "agreement_halt",
    H,
    H.PROPOSED,
    {
        (H.PROPOSED, "notice_halt"): H.NOTICED,
        (H.PROPOSED, "consent_halt"): H.PROPOSED,
        (H.PROPOSED, "renew_halt"): H.PROPOSED,
        (H.PROPOSED, "execute_halt"): H.EXECUTED,
        (H.PROPOSED, "withdraw_halt"): H.WITHDRAWN,
        (H.NOTICED, "give_halt_opinion"): H.NOTICED,
        (H.NOTICED, "renew_halt"): H.NOTICED,
        (H.NOTICED, "execute_halt"): H.EXECUTED,
        (H.NOTICED, "dismiss_halt"): H.DISMISSED,
        (H.NOTICED, "withdraw_halt"): H.WITHDRAWN,
    },
)
OPEN_HALTS = frozenset({H.PROPOSED, H.NOTICED})  # one an agreement at most
HALTS_FROM = {K.SUSPENSION: frozenset({"ACTIVE"}), K.TERMINATION: frozenset({"ACTIVE", "SUSPENDED"})}
GROUNDS = {
    W.CONSENT: (G.NO_DATA, G.REVIEW_REFUSED, G.PURPOSE_LOST, G.BUSINESS_ENDED, G.INSPECTION),
    W.FAULT: (G.NOT_PERFORMED, G.BUSINESS_ENDED, G.DATA_MISUSE, G.OTHER_USE, G.FALSE_CLAIM, G.INSPECTION),
}  # fmt: skip
URGENT = frozenset(
    {G.DATA_MISUSE, G.INSPECTION}
)  # a suspension for these need not wait for opinions: patients' data, or proof, is at risk
RETURNS_ALL = frozenset({G.OTHER_USE, G.FALSE_CLAIM})  # a return must be ordered of all that was paid (보조금법 제33조)


NEEDS_HALT = _(
    "An agreement in force is suspended or terminated by everybody's consent, or after a notice and the parties' opinions. Begin that on"
    " the agreement's page."
)


def halt_fault(kind: str, way: str, ground: str, *, agreement_status: str, at_fault: bool) -> str:
    """Why this cannot be asked whatever anybody decides, as a code; "": nothing. at_fault: whether a party is named."""
    if agreement_status not in HALTS_FROM[HaltKind(kind)]:
        return "not_in_force"
    if ground not in GROUNDS[HaltWay(way)]:
        return "ground"
    if (way == W.FAULT) != at_fault:
        return "at_fault"
    return ""


def decision_waits(
    kind: str, ground: str, *, opinion_until: date, today: date, concerned: Collection[int], heard: Collection[int]
) -> bool:
    """Whether a notice may not be decided yet: opinions may still come. concerned: parties that may give one; heard: that did; every
    one heard, or the last day over, ends the wait. A suspension for an urgent ground never waits."""
    if kind == K.SUSPENSION and ground in URGENT:
        return False
    return today <= opinion_until and not set(concerned) <= set(heard)


def decides_apart(person_id: int, asked_by: int, opinions_by: Collection[int]) -> bool:
    """Whether somebody may decide about a notice: neither gave it nor gave an opinion on it (four eyes)."""
    return person_id != asked_by and person_id not in opinions_by
