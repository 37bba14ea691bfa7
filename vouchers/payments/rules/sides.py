"""Who is on the other side of a payment, in words: its round's bank, or the subsidy network (보조금통합관리망), which pays by itself.

States, events and duties name neither. Where people must know whom to ask, the page and the mail say which of the two it is.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vouchers.rounds.rules import Way

# (of the bank, of the subsidy network)
_SIDES: dict[str, tuple[str | Promise, str | Promise]] = {
    "failed": (_("The bank refused the transfer"), _("The subsidy network refused the payment")),
    "sent_back": (_("The bank sent the money back"), _("The subsidy network reports that the money came back")),
    "unclear": (_("The bank has not answered yet"), _("The subsidy network has not answered yet")),
    "unclear_text": (
        _("The portal asks the bank's statement and never sends the payment twice. What the statement does not show is settled by a person."),
        _("Nothing is handed over twice. What the network's result list does not show is settled by a person."),
    ),
    "differs": (_("The bank's record differs"), _("The subsidy network's record differs")),
    "transfers": (_("Transfers at the bank"), _("Payments through the subsidy network")),
    "reason": (_("Reason given by the bank:"), _("Reason given by the subsidy network:")),
    "question": (_("What did the bank say?"), _("What did the subsidy network say?")),
    "ask": (
        _("The bank's statement does not show this transfer. Ask the bank, then write down what it says; nothing is sent again until then."),
        _("No result list shows this payment. Ask the subsidy network, then write down what it says; nothing is handed over again until then."),
    ),
    "ask_back": (
        _("If you say that the money came back, the payment waits until the bank's statement itself shows the return, and somebody else approves it again."),
        _("If you say that the money came back, the payment waits until a result list of the network itself shows the return, and somebody else approves it again."),
    ),
    "withdraws": (
        _("Somebody wrote down that this transfer came back, and the bank's statement does not show it. If the bank says otherwise, take that word back: the payment counts as registered again, nothing is sent, and the transfer is settled by the statement or by a person."),
        _("Somebody wrote down that this payment came back, and no result list of the subsidy network shows it. If the network says otherwise, take that word back: the payment counts as registered again, nothing is handed over, and it is settled by a result list or by a person."),
    ),
    "contradicted": (
        _("The bank's statement shows this transfer otherwise than the portal has it, and nothing was booked. Ask the bank, then write down what it says."),
        _("The subsidy network's record shows this payment otherwise than the portal has it, and nothing was booked. Ask the network, then write down what it says."),
    ),
    "contradicted_closed": (
        _("The bank moved money after this payment was closed, and nothing was booked. Have the bank take it back, then write down what it says and how the money returns."),
        _("The subsidy network paid after this payment was closed, and nothing was booked. Have it take the money back, then write down what it says and how the money returns."),
    ),
}  # fmt: skip
# why nothing leaves of a payment for now, and who mends it (`queries.kept_back`)
_KEPT_BACK: dict[str, tuple[str | Promise, str | Promise]] = {
    "closed": (
        _("The bank moved money after this payment was closed. Nothing is booked: the operating agency's finance has the bank take it back and writes down how."),
        _("The subsidy network paid after this payment was closed. Nothing is booked: the operating agency's finance has the network take it back and writes down how."),
    ),
    "differs": (
        _("The bank's statement shows a transfer of this payment otherwise than the portal has it. The operating agency's finance asks the bank and writes down what it says; nothing leaves until then."),
        _("The subsidy network's record shows this payment otherwise than the portal has it. The operating agency's finance asks the network and writes down what it says; nothing leaves until then."),
    ),
    "rest": (
        _("The bank's statement still shows a former transfer otherwise than the portal has it, so nothing leaves. The operating agency's finance has the bank complete that transfer or take it back; the portal books what the statement then shows."),
        _("The subsidy network's record still shows a former payment otherwise than the portal has it, so nothing leaves. The operating agency's finance has the network complete it or take it back; the portal books what its result list then shows."),
    ),
    "rest_paid": (
        _("The bank's statement shows a transfer of this payment otherwise than the portal has it. The operating agency's finance has the bank complete that transfer or take it back; the portal books what the statement then shows."),
        _("The subsidy network's record shows this payment otherwise than the portal has it. The operating agency's finance has the network complete it or take it back; the portal books what its result list then shows."),
    ),
    "unproved": (
        _("A person wrote down that a transfer came back, but the bank's statement does not show it yet. Nothing leaves until it does; the operating agency's finance asks the bank for it. If it was a mistake, another person takes that word back."),
        _("A person wrote down that the payment came back, but no result list of the subsidy network shows it yet. Nothing leaves until one does; the operating agency's finance asks the network for it. If it was a mistake, another person takes that word back."),
    ),
    "suspended": (_SUSPENDED := _("The agreement is suspended. The payment waits and leaves when the agreement goes on."), _SUSPENDED),
}  # fmt: skip


def by_network(way: str) -> bool:
    """Whether the subsidy network pays it, not the bank."""
    return way == Way.NETWORK


def side_words(way: str) -> Mapping[str, str | Promise]:
    """What pages say of whoever pays."""
    return {name: both[by_network(way)] for name, both in _SIDES.items()}


def kept_back_words(why: str, way: str) -> str | Promise:
    return _KEPT_BACK[why][by_network(way)]
