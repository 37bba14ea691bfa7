"""Django's sessions in the database; the row that every request asks for is read without composing a query."""

from typing import Any

from django.contrib.sessions.backends import db

from portal.kit import prepared


class SessionStore(db.SessionStore):
    """As Django's, with a shorter `load`."""

    def load(self) -> dict[str, Any]:
        row = prepared.first_row(  # the machine's own time: moving the demo's clock signs nobody out
            "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > now()", [self.session_key]
        )
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])  # type: ignore[no-any-return]
