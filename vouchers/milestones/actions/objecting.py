"""The company objects to the grade of its project, through the room of objections."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.documents.models import Document
from portal.kit.errors import Refused
from vouchers.milestones import queries
from vouchers.milestones.actions.grading import lock
from vouchers.objections import actions as objections
from vouchers.objections.models import Objection


@transaction.atomic
def object_to_grade(*, evaluation_id: int, ground: str, statement: str, documents: Sequence[Document] = (), by: Any) -> Objection:
    """Against the newest decision, within the days from its service. Writes: through objections.file_against. Raises: Refused
    before the grade is decided."""
    decision = queries.decision(lock(evaluation_id))
    if decision is None:
        raise Refused(_("The grade is not decided yet. You may object once it is."), "nothing_to_attack")
    return objections.file_against(decision=decision, ground=ground, statement=statement, documents=documents, by=by)
