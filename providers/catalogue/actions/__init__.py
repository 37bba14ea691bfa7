"""The only code that writes the catalogue."""

from providers.catalogue.actions.drafting import create_dataset, discard, edit, import_variables
from providers.catalogue.actions.harvesting import change_source, pause_source, register_source, resume_source, retire_source
from providers.catalogue.actions.importing import (
    fail,
    finish,
    give_back,
    start_harvest,
    start_import,
    stop,
    take_records,
    take_up,
)
from providers.catalogue.actions.publishing import (
    ask_if_right,
    confirm,
    pause,
    publish,
    resume,
    retire,
    return_dataset,
    start_check,
    submit,
)
from providers.catalogue.actions.registering import record_offered, register_code_list, register_reference
from providers.catalogue.actions.searches import forget_search, save_search, tell_search
from providers.catalogue.actions.series import (
    register_series,
    restore_series,
    save_series,
    subscribe,
    unsubscribe,
    withdraw_series,
)

__all__ = [
    "ask_if_right",
    "change_source",
    "confirm",
    "create_dataset",
    "discard",
    "edit",
    "fail",
    "finish",
    "forget_search",
    "give_back",
    "import_variables",
    "pause",
    "pause_source",
    "publish",
    "record_offered",
    "register_code_list",
    "register_reference",
    "register_series",
    "register_source",
    "restore_series",
    "resume",
    "resume_source",
    "retire",
    "retire_source",
    "return_dataset",
    "save_search",
    "save_series",
    "start_check",
    "start_harvest",
    "start_import",
    "stop",
    "submit",
    "subscribe",
    "take_records",
    "take_up",
    "tell_search",
    "unsubscribe",
    "withdraw_series",
]  # fmt: skip
