"""Pages about oneself and one's organisation."""

from portal.accounts.views.keys import keys, revoke_key
from portal.accounts.views.people import (
    account,
    approve,
    consents,
    end,
    end_role,
    give_role,
    invite,
    join,
    notices,
    organisation,
    refuse,
)
from portal.accounts.views.standing_in import absences, duty, end_absence, give_back

__all__ = [
    "absences",
    "account",
    "approve",
    "consents",
    "duty",
    "end",
    "end_absence",
    "end_role",
    "give_back",
    "give_role",
    "invite",
    "join",
    "keys",
    "notices",
    "organisation",
    "refuse",
    "revoke_key",
]
