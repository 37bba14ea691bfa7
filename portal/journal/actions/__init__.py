"""The journal is written here, always inside the action's own transaction."""

from portal.journal.actions.duties import (
    close_duties,
    close_duty,
    open_duty,
    pause_duty,
    remind_of,
    resume_duty,
)
from portal.journal.actions.erasing import forget_accesses, forget_address, note_erasure
from portal.journal.actions.events import record, record_all, record_births, saw
from portal.journal.actions.jobs import (
    dismiss_dead_letter,
    each,
    note_dead_letter,
    note_job,
    retry_dead_letter,
    settle_dead_letter,
    tell_of_late_queues,
)
from portal.journal.actions.notices import (
    Telling,
    choose_mail,
    claim_lost,
    claim_notice,
    mark_delivered,
    post,
    put_in_mailbox,
    read_notice,
    read_notices,
    resend,
    retract_notices,
    settle_notice,
    tell,
    tell_each,
)
from portal.journal.actions.seals import seal_day
from portal.journal.wording import absolute

__all__ = [
    "Telling",
    "absolute",
    "choose_mail",
    "claim_lost",
    "claim_notice",
    "close_duties",
    "close_duty",
    "dismiss_dead_letter",
    "each",
    "forget_accesses",
    "forget_address",
    "mark_delivered",
    "note_dead_letter",
    "note_erasure",
    "note_job",
    "open_duty",
    "pause_duty",
    "post",
    "put_in_mailbox",
    "read_notice",
    "read_notices",
    "record",
    "record_all",
    "record_births",
    "remind_of",
    "resend",
    "resume_duty",
    "retract_notices",
    "retry_dead_letter",
    "saw",
    "seal_day",
    "settle_dead_letter",
    "settle_notice",
    "tell",
    "tell_each",
    "tell_of_late_queues",
]
