"""An officer writes a draft's questions; they freeze with the policy."""

import pytest
from django.db import IntegrityError, connection, transaction

from portal.journal.queries import history
from portal.kit.errors import IllegalStep, NotAllowed, Refused, Stale
from tests.factories import applications as make
from tests.factories.rounds import make_draft, make_round
from vouchers.rounds import actions, queries, rules

pytestmark = pytest.mark.django_db
WORDS = {"label_ko": "환자 수", "label_en": "Patients", "help_ko": "도움말", "help_en": "Help"}
ASKED = {**WORDS, "kind": "NUMBER", "section": "project"}


def keys(row):
    return [one.key for one in row.policy().questions]


def test_save_question_move_remove():
    row, officer = make_draft(), make.officer()
    first = row.policy_version().number
    for number, section in enumerate(("project", "project", "company")):
        actions.save_question(round_id=row.pk, version=first + number, question={**ASKED, "section": section}, by=officer)
    assert keys(row) == ["q_1", "q_2", "q_3"]
    actions.move_question(round_id=row.pk, version=first + 3, key="q_2", up=True, by=officer)
    assert keys(row) == ["q_2", "q_1", "q_3"]
    still = actions.move_question(round_id=row.pk, version=first + 4, key="q_2", up=True, by=officer)
    assert still.number == first + 4
    actions.remove_question(round_id=row.pk, version=first + 4, key="q_3", by=officer)
    actions.save_question(round_id=row.pk, version=first + 5, question=ASKED, by=officer)
    assert keys(row) == ["q_2", "q_1", "q_4"]  # a number is never given twice
    actions.save_question(round_id=row.pk, version=first + 6, key="q_2", question={**ASKED, "label_en": ""}, by=officer)
    assert [rules.fault_place(f) for f in queries.faults_of(row)] == [("questions", "q_2")]
    with pytest.raises(Refused, match="환자 수"):
        actions.submit_for_review(round_id=row.pk, by=officer)
    assert "환자 수" in history(row).filter(name="round.policy_saved").last().reason


def test_save_question_refuses():
    row, officer = make_draft(), make.officer()
    version = row.policy_version().number
    with pytest.raises(Stale):
        actions.save_question(round_id=row.pk, version=version - 1, question=ASKED, by=officer)
    with pytest.raises(Refused):
        actions.save_question(round_id=row.pk, version=version, question={**ASKED, "kind": "ESSAY"}, by=officer)
    with pytest.raises(Refused) as error:
        actions.save_question(round_id=row.pk, version=version, question={**ASKED, "label_ko": " ", "label_en": ""}, by=officer)
    assert error.value.code == "question_empty"
    with pytest.raises(Refused):
        actions.remove_question(round_id=row.pk, version=version, key="q_5", by=officer)
    with pytest.raises(NotAllowed):
        actions.save_question(round_id=row.pk, version=version, question=ASKED, by=make.firm().representative)
    assert keys(row) == []


def test_questions_freeze_with_the_announcement_and_are_copied():
    row = make_round(policy={"questions": [{**ASKED, "key": "q_1"}]})
    version = row.policy_version()
    with pytest.raises(IllegalStep):
        actions.save_question(round_id=row.pk, version=version.number, question=ASKED, by=make.officer())
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE vouchers_policyversion SET body = jsonb_set(body, '{questions}', '[]') WHERE id = %s", [version.pk]
        )
    copy = actions.copy_round(round_id=row.pk, key="copy-of-it", by=make.officer())
    assert keys(copy) == ["q_1"]
