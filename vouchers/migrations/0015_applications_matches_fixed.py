"""The matches of an application are fixed once an agreement stands on them; the database refuses later changes too."""

from typing import ClassVar

from django.db import migrations, models

GUARD = """
CREATE FUNCTION applications_guard_matches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_application a WHERE a.matches_fixed_at IS NOT NULL
               AND a.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.application_id ELSE NEW.application_id END) THEN
        RAISE EXCEPTION 'an agreement stands on the matches of this application' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER applications_matches_fixed BEFORE INSERT OR UPDATE OR DELETE ON vouchers_applicationmatch
    FOR EACH ROW EXECUTE FUNCTION applications_guard_matches();
"""
AWAY = "DROP TRIGGER applications_matches_fixed ON vouchers_applicationmatch; DROP FUNCTION applications_guard_matches();"
# agreements that were drafted before this column existed
FILL = """
UPDATE vouchers_application a SET matches_fixed_at = g.created_at
FROM vouchers_agreement g JOIN vouchers_award w ON w.id = g.award_id WHERE w.application_id = a.id;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0014_award_cancelled")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="application", name="matches_fixed_at", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, AWAY),
    ]
