"""Who says that a proposal is of no use says why, and may find it of use after all; of what was answered before, no reason is known."""

from typing import ClassVar

from django.db import migrations, models

UNSAID = (
    "UPDATE vouchers_sourcingproposal SET answer = '사유를 받기 전의 답변입니다.' WHERE status = 'NOT_USEFUL' AND answer = ''"
)
KEPT = """CREATE TRIGGER sourcing_proposal_kept BEFORE UPDATE ON vouchers_sourcingproposal FOR EACH ROW
    WHEN ((OLD.case_id, OLD.institution_id, OLD.dataset_id, OLD.reason, OLD.proposed_by_id) IS DISTINCT FROM
          (NEW.case_id, NEW.institution_id, NEW.dataset_id, NEW.reason, NEW.proposed_by_id) OR {})
    EXECUTE FUNCTION sourcing_refuse()"""
FINAL = KEPT.format("OLD.status <> 'PROPOSED'")
REGRETTED = KEPT.format("OLD.status <> 'PROPOSED' AND NOT (OLD.status = 'NOT_USEFUL' AND NEW.status = 'USEFUL')")
DROP = "DROP TRIGGER sourcing_proposal_kept ON vouchers_sourcingproposal"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0142_closed_after_year")]
    operations: ClassVar = [
        migrations.RunSQL(DROP, FINAL),
        migrations.AddField(
            "sourcingproposal", "answer", models.TextField("Why it is of no use", blank=True, default=""), preserve_default=False
        ),
        migrations.RunSQL(UNSAID, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "sourcingproposal",
            models.CheckConstraint(
                condition=~models.Q(status="NOT_USEFUL") | ~models.Q(answer=""), name="sourcing_refused_with_reason"
            ),
        ),
        migrations.RunSQL(REGRETTED, DROP),
    ]
