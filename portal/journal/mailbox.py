"""The demo's own mailbox: a table, shown at /demo/mail/. A second delivery of the same Message-ID is no second mail."""

from collections.abc import Sequence
from email.message import MIMEPart

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from portal.journal import actions
from portal.journal.models import MailboxMessage
from portal.kit.models import make_ref


class MailboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Returns how many messages were taken; a known one counts, since it has arrived."""
        for message in email_messages:
            headers = message.extra_headers
            files = [_shown(part) for part in message.attachments if isinstance(part, MIMEPart)]
            for to in message.recipients():
                known = str(headers.get("Message-ID") or f"<{make_ref('msg')}@localhost>")
                actions.put_in_mailbox(
                    message_id=known, to=to, subject=str(message.subject), body=str(message.body), attachments=files
                )
        return len(email_messages)

    def knows(self, message_id: str) -> bool:
        return MailboxMessage.objects.filter(message_id=message_id).exists()


def _shown(part: MIMEPart) -> dict[str, str]:
    """What the page of a mail shows of a file that came with it."""
    method = part.get_param("method")
    kind = f"{part.get_content_type()}; method={method}" if method else part.get_content_type()
    return {"name": part.get_filename() or "", "kind": kind, "text": str(part.get_content())}
