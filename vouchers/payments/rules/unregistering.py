"""A registered payment that is taken back while nothing holds it, since its account turned out wrong or must change.

It stands again where it stood before it was registered, so nothing leaves of it until it is registered anew. The approval was
given for the account that stood there (domain.md §6.11, four eyes): where another one took its place, finance approves anew, so
that no registrar leads money elsewhere alone. What the bank refused is retried to the mended account under the approval that
stands, as ever (disbursing.py). A transfer that was claimed, sent or put into a file cannot be called back: there is only an answer.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vouchers.payments.rules.disbursing import LIFECYCLE, AttemptState, pays_no_more

_LEADS_TO: dict[str, str | Promise] = {
    "unregister_disbursement": _("It is approved and not registered then: nothing of it leaves until it is registered again."),
    "unapprove_disbursement": _(
        "The payee's account changed since it was approved, so the approval ends too: finance approves it for the new account first."
    ),
    "unregister_refused": _("It stands where the refusal left it then: nothing of it leaves until it is registered again."),
}


def may_unregister(status: str, agreement_status: str, *, held: bool) -> bool:
    """Whether a registered payment may be taken back. held: a transfer of it was claimed, is under way, in a file, or paid."""
    return LIFECYCLE.can(status, "unregister_disbursement") and not held and not pays_no_more(agreement_status)


def unregistering(newest: str, *, account_stands: bool) -> str:
    """The verb that takes a registration back. newest: state of its newest transfer, "": it was never tried; account_stands:
    whether the account to which it was registered is still the payee's, and verified."""
    if newest == AttemptState.REFUSED:
        return "unregister_refused"
    if account_stands:
        return "unregister_disbursement"
    return "unapprove_sent_back" if newest == AttemptState.SENT_BACK else "unapprove_disbursement"


def leads_to(verb: str) -> str | Promise:
    """What such a verb does, for who is about to do it."""
    return _LEADS_TO.get(verb) or _LEADS_TO["unapprove_disbursement"]
