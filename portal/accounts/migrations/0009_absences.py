"""Who is away and who stands in; nobody stands in while they are away, nor hands on what they stand in for.

The guard locks both people, so that two absences written at once see each other. What was recorded stays; it may end early.
"""

from typing import Any, ClassVar

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import portal.kit.clock

FORWARD = """
CREATE FUNCTION absence_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.user_id, NEW.from_on, NEW.to_on, NEW.entered_by_id, NEW.ref) IS DISTINCT FROM (OLD.user_id, OLD.from_on, OLD.to_on, OLD.entered_by_id, OLD.ref)
           OR NEW.deputy_id IS DISTINCT FROM OLD.deputy_id OR OLD.ended_at IS NOT NULL THEN
            RAISE EXCEPTION 'absence %: it stays as it was recorded, and ends once', NEW.ref USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    PERFORM 1 FROM accounts_user WHERE id IN (NEW.user_id, NEW.deputy_id) ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM accounts_absence a WHERE a.ended_at IS NULL AND a.user_id = NEW.deputy_id
               AND daterange(a.from_on, a.to_on, '[]') && daterange(NEW.from_on, NEW.to_on, '[]')) THEN
        RAISE EXCEPTION 'absence %: who stands in is away too', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM accounts_absence a WHERE a.ended_at IS NULL AND a.deputy_id = NEW.user_id
               AND daterange(a.from_on, a.to_on, '[]') && daterange(NEW.from_on, NEW.to_on, '[]')) THEN
        RAISE EXCEPTION 'absence %: the person stands in for somebody meanwhile', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER absence_guard BEFORE INSERT OR UPDATE ON accounts_absence FOR EACH ROW EXECUTE FUNCTION absence_guard();
"""
BACKWARD = """
DROP TRIGGER absence_guard ON accounts_absence;
DROP FUNCTION absence_guard();
"""
PERSON: dict[str, Any] = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": settings.AUTH_USER_MODEL}


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0008_key_reminders")]
    operations: ClassVar = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("from_on", models.DateField(verbose_name="First day away")),
                ("to_on", models.DateField(verbose_name="Last day away")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="Ended early at")),
                ("deputy", models.ForeignKey(null=True, verbose_name="Who stands in", **PERSON)),
                ("ended_by", models.ForeignKey(null=True, **PERSON)),
                ("entered_by", models.ForeignKey(null=True, **PERSON)),
                ("user", models.ForeignKey(**PERSON)),
            ],
            options={
                "verbose_name": "absence",
                "verbose_name_plural": "absences",
                "permissions": [("manage_absences", "Record and end absences of others")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)), fields=["deputy", "to_on"], name="absence_of_deputy"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("to_on__gte", models.F("from_on"))), name="absence_ends_after_it_begins"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("deputy__isnull", True), models.Q(("deputy", models.F("user")), _negated=True), _connector="OR"
                        ),
                        name="absence_deputy_is_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="absence_ended_by_somebody",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        expressions=[
                            ("user", "="),
                            (
                                models.Func(models.F("from_on"), models.F("to_on"), models.Value("[]"), function="daterange"),
                                "&&",
                            ),
                        ],
                        name="absence_once_at_a_time",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
