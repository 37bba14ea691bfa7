"""Letters of adverse results and their service; what was served does not change, and no letter is deleted."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock

GUARD = """
CREATE FUNCTION evaluation_guard_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a letter is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.line_id <> OLD.line_id OR NEW.how <> OLD.how OR NEW.address <> OLD.address THEN
        RAISE EXCEPTION 'a letter goes where it was addressed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.served_on IS NOT NULL AND (NEW.served_on IS DISTINCT FROM OLD.served_on
        OR NEW.open_until IS DISTINCT FROM OLD.open_until OR NEW.posted_on IS DISTINCT FROM OLD.posted_on
        OR NEW.tracking_no <> OLD.tracking_no) THEN
        RAISE EXCEPTION 'a letter that was served does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_letter_guard BEFORE UPDATE OR DELETE ON vouchers_selectionletter
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_letter();
"""
BACK = """
DROP TRIGGER evaluation_letter_guard ON vouchers_selectionletter;
DROP FUNCTION evaluation_guard_letter();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("vouchers", "0035_selection_records"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="SelectionLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "how",
                    models.CharField(
                        choices=[("ELECTRONIC", "Electronically, by consent"), ("POST", "By post")],
                        max_length=10,
                        verbose_name="Service",
                    ),
                ),
                ("address", models.CharField(max_length=300, verbose_name="Sent to")),
                ("posted_on", models.DateField(null=True, verbose_name="Posted on")),
                ("tracking_no", models.CharField(blank=True, max_length=40, verbose_name="Number of the registered letter")),
                ("served_on", models.DateField(null=True, verbose_name="Served on")),
                ("open_until", models.DateField(null=True, verbose_name="Objection possible until")),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letter",
                        to="vouchers.selectionline",
                        verbose_name="selection line",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "letter of a result",
                "verbose_name_plural": "letters of results",
                "permissions": [("serve_letter", "Record the service of letters")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("open_until__isnull", True), ("served_on__isnull", True)),
                            models.Q(("open_until__gt", models.F("served_on")), ("served_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="letter_served_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("how", "ELECTRONIC"),
                            ("served_on__isnull", True),
                            models.Q(("posted_on__lte", models.F("served_on")), ("recorded_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="letter_posted_before_served",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, BACK),
    ]
