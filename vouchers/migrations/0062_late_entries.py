"""Late entries by exception: the window of an application is its call's, or its late entry's, judged inside the database.

A late entry holds only for its company, call and track, once its code was entered, and while the evaluation has not begun.
What was confirmed keeps its company, person and end; nothing is deleted.
"""

from importlib import import_module
from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock

WHOLE: str = import_module("vouchers.migrations.0034_applications_forgotten").NEW_WHOLE
NEW_WHOLE = (
    WHOLE.replace("    closes timestamptz;\n", "    closes timestamptz;\n    stands text;\n")
    .replace(
        "SELECT opens_at, closes_at INTO opens, closes FROM vouchers_round WHERE id = NEW.round_id;\n",
        """SELECT opens_at, closes_at, status INTO opens, closes, stands FROM vouchers_round WHERE id = NEW.round_id;
        IF NEW.late_entry_id IS NOT NULL THEN
            SELECT until INTO closes FROM vouchers_lateentry WHERE id = NEW.late_entry_id AND status = 'ENTERED'
                AND (company_id, round_id, track_id) = (NEW.company_id, NEW.round_id, NEW.track_id) AND stands = 'ANNOUNCED';
        END IF;
""",
    )
    .replace("NEW.policy_version_id)", "NEW.policy_version_id, NEW.late_entry_id)")
    .replace("OLD.policy_version_id)", "OLD.policy_version_id, OLD.late_entry_id)")
)
assert NEW_WHOLE.count("late_entry_id") == 4 and "stands text" in NEW_WHOLE, "the guard that is replaced reads as it did"
GUARD = """
CREATE FUNCTION late_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a late entry is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.company_id, NEW.round_id, NEW.track_id, NEW.person_id, NEW.until, NEW.reason, NEW.proposed_by_id) IS DISTINCT FROM
       (OLD.company_id, OLD.round_id, OLD.track_id, OLD.person_id, OLD.until, OLD.reason, OLD.proposed_by_id)
       OR (OLD.decided_by_id IS NOT NULL AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id) THEN
        RAISE EXCEPTION 'a late entry keeps its company, person, end and who decided' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'late_entry_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER late_entry_guard BEFORE UPDATE OR DELETE ON vouchers_lateentry FOR EACH ROW EXECUTE FUNCTION late_entry_guard();
"""
BACK = """
DROP TRIGGER late_entry_guard ON vouchers_lateentry;
DROP FUNCTION late_entry_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("vouchers", "0061_rehearsal_receipts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="round",
            name="late_until",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="LateEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("reason", models.TextField(verbose_name="Reason")),
                ("until", models.DateTimeField(verbose_name="May hand in until")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "Proposed"),
                            ("CONFIRMED", "Confirmed, code sent"),
                            ("ENTERED", "Code entered"),
                            ("USED", "Handed in"),
                            ("REJECTED", "Not confirmed"),
                            ("REVOKED", "Revoked"),
                            ("EXPIRED", "Expired"),
                        ],
                        default="PROPOSED",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="Decided at")),
                ("code_digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("wrong_tries", models.PositiveSmallIntegerField(default=0, verbose_name="Wrong codes entered")),
                ("entered_at", models.DateTimeField(null=True, verbose_name="Code entered at")),
                ("ended_reason", models.TextField(blank=True, verbose_name="Reason of the end")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.company",
                        verbose_name="Company",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Decided by",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Representative who gets the code",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Proposed by",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round", verbose_name="Round"
                    ),
                ),
                (
                    "track",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.track", verbose_name="Track"
                    ),
                ),
            ],
            options={
                "verbose_name": "late entry",
                "verbose_name_plural": "late entries",
                "permissions": [("grant_late_entry", "Let a company hand in late by exception")],
            },
        ),
        migrations.AddField(
            model_name="application",
            name="late_entry",
            field=models.OneToOneField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vouchers.lateentry",
                verbose_name="Late entry",
            ),
        ),
        migrations.AddConstraint(
            model_name="lateentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["PROPOSED", "CONFIRMED", "ENTERED"])),
                fields=("company", "round", "track"),
                name="late_entry_one_pending",
            ),
        ),
        migrations.AddConstraint(
            model_name="lateentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="late_entry_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="lateentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["CONFIRMED", "ENTERED", "USED"]), _negated=True),
                    models.Q(("decided_by__isnull", False), models.Q(("code_digest", ""), _negated=True)),
                    _connector="OR",
                ),
                name="late_entry_confirmed_has_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="lateentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["ENTERED", "USED"]), _negated=True),
                    models.Q(("entered_at__isnull", False), ("entered_at__lt", models.F("until"))),
                    _connector="OR",
                ),
                name="late_entry_entered_in_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="lateentry",
            constraint=models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="late_entry_says_why"),
        ),
        migrations.RunSQL(NEW_WHOLE + GUARD, BACK + WHOLE),
    ]
