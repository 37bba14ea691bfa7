"""What a retention sweep erased is written down; the access log lets go of entries older than two years, and of no younger one.

The running role may not delete there itself: it calls a function of the owner's, which keeps to the database's own clock.
"""

from typing import ClassVar

from django.db import migrations, models

import portal.kit.clock

FORWARD = """
CREATE FUNCTION journal_guard_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '2 years' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the access log is append-only for two years (%)', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER journal_accesslog_immutable ON journal_accesslog;
CREATE TRIGGER journal_accesslog_immutable BEFORE UPDATE OR DELETE ON journal_accesslog
    FOR EACH ROW EXECUTE FUNCTION journal_guard_access();
CREATE FUNCTION journal_forget_accesses(before timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE gone bigint;
BEGIN
    DELETE FROM journal_accesslog WHERE at < least(before, now() - interval '2 years');
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
"""
BACKWARD = """
DROP FUNCTION journal_forget_accesses(timestamptz);
DROP TRIGGER journal_accesslog_immutable ON journal_accesslog;
CREATE TRIGGER journal_accesslog_immutable BEFORE UPDATE OR DELETE ON journal_accesslog
    FOR EACH ROW EXECUTE FUNCTION journal_refuse_change();
DROP FUNCTION journal_guard_access();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("journal", "0004_duty_and_notice_indexes")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("kind", models.CharField(max_length=60)),
                ("before", models.DateTimeField()),
                ("count", models.PositiveIntegerField()),
            ],
            options={"verbose_name": "erasure", "verbose_name_plural": "erasures"},
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
