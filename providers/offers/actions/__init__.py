"""The only code that writes offers."""

from providers.offers.actions.bulk import check_many, edit_many
from providers.offers.actions.capacity import give_back_capacity, renew_capacities, take_capacity
from providers.offers.actions.offering import (
    FIELDS,
    PERMISSIONS,
    WHAT_LACKS,
    create_offer,
    edit,
    lacks,
    pause,
    publish,
    resume,
    retire,
    return_offer,
    start_check,
    submit,
    sync_offered,
)
from providers.offers.actions.queue import sync_checks
from providers.offers.actions.widening import sync_wider

__all__ = [
    "FIELDS", "PERMISSIONS", "WHAT_LACKS", "check_many", "create_offer", "edit", "edit_many", "give_back_capacity", "lacks", "pause",
    "publish", "renew_capacities", "resume", "retire", "return_offer", "start_check", "submit", "sync_checks", "sync_offered", "sync_wider",
    "take_capacity",
]  # fmt: skip
