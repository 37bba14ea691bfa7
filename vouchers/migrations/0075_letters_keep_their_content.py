"""A letter of a result keeps what it said: evaluations that an objection sets aside change no letter that was written before."""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION letter_keeps_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'letter %: what it said cannot change', OLD.ref USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER letter_content_kept BEFORE UPDATE ON vouchers_selectionletter FOR EACH ROW
    WHEN (OLD.content IS DISTINCT FROM NEW.content) EXECUTE FUNCTION letter_keeps_content();
"""
BACKWARD = """
DROP TRIGGER letter_content_kept ON vouchers_selectionletter;
DROP FUNCTION letter_keeps_content();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0074_objection_remedy_waived")]
    operations: ClassVar = [
        migrations.AddField("selectionletter", "content", models.JSONField(default=dict, editable=False)),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
