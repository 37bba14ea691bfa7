"""People join, get roles and lose them; each change is an event."""

from portal.accounts.actions.forgetting import forget_role_grants, forget_sign_ups
from portal.accounts.actions.members import (
    INVITATION_DAYS,
    accept_invitation,
    add_member,
    appoint_representative,
    decide_membership,
    end_membership,
    find_invitation,
    invite,
    request_membership,
)
from portal.accounts.actions.people import (
    change_consent,
    edit_profile,
    end_other_sessions,
    forget_sign_ins,
    give_consent,
    make_background_user,
    make_demo_user,
    reset_second_factor,
    set_active,
    set_language,
    sign_up_consents,
)
from portal.accounts.actions.roles import create_organisation, grant_role, revoke_role

__all__ = [
    "INVITATION_DAYS",
    "accept_invitation",
    "add_member",
    "appoint_representative",
    "change_consent",
    "create_organisation",
    "decide_membership",
    "edit_profile",
    "end_membership",
    "end_other_sessions",
    "find_invitation",
    "forget_role_grants",
    "forget_sign_ins",
    "forget_sign_ups",
    "give_consent",
    "grant_role",
    "invite",
    "make_background_user",
    "make_demo_user",
    "request_membership",
    "reset_second_factor",
    "revoke_role",
    "set_active",
    "set_language",
    "sign_up_consents",
]
