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

__all__ = [
    "account",
    "approve",
    "consents",
    "end",
    "end_role",
    "give_role",
    "invite",
    "join",
    "keys",
    "notices",
    "organisation",
    "refuse",
    "revoke_key",
]
