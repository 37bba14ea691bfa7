"""Questions about a call: asked and answered between announcement and close, frozen once settled, never deleted."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock

FORWARD = """
CREATE FUNCTION inquiry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    call vouchers_round;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a question about a call is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO call FROM vouchers_round WHERE id = NEW.round_id;
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'ASKED' OR call.status <> 'ANNOUNCED' OR call.is_reference OR NEW.asked_at >= call.closes_at THEN
            RAISE EXCEPTION 'questions are asked between announcement and close' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status <> 'ASKED' THEN
        RAISE EXCEPTION 'what was answered or set aside does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.round_id, NEW.organisation_id, NEW.asked, NEW.asked_by_id, NEW.asked_at)
       IS DISTINCT FROM (OLD.round_id, OLD.organisation_id, OLD.asked, OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'a question stays as it was asked' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'ANSWERED' AND (call.status <> 'ANNOUNCED' OR NEW.answered_at >= call.closes_at) THEN
        RAISE EXCEPTION 'questions are answered before the close' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inquiry_guarded BEFORE INSERT OR UPDATE OR DELETE ON vouchers_inquiry
    FOR EACH ROW EXECUTE FUNCTION inquiry_guard();
"""
BACKWARD = """
DROP TRIGGER inquiry_guarded ON vouchers_inquiry;
DROP FUNCTION inquiry_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0004_role_grants_apart"),
        ("vouchers", "0049_agreements_wait"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("asked", models.TextField(max_length=2000, verbose_name="Question as asked")),
                ("asked_at", models.DateTimeField(verbose_name="Asked at")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ASKED", "Waits for an answer"),
                            ("ANSWERED", "Answered in public"),
                            ("SET_ASIDE", "Set aside"),
                        ],
                        default="ASKED",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("question_ko", models.TextField(blank=True, verbose_name="Question as published (Korean)")),
                ("question_en", models.TextField(blank=True, verbose_name="Question as published (English)")),
                ("answer_ko", models.TextField(blank=True, verbose_name="Answer (Korean)")),
                ("answer_en", models.TextField(blank=True, verbose_name="Answer (English)")),
                ("reason", models.TextField(blank=True, verbose_name="Reason")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="Answered at")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Answered by",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Asked by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="Organisation",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round", verbose_name="Round"
                    ),
                ),
            ],
            options={
                "verbose_name": "question about a call",
                "verbose_name_plural": "questions about calls",
                "permissions": [("ask_inquiry", "Ask about a call"), ("answer_inquiry", "Answer questions about a call")],
                "indexes": [models.Index(fields=["round", "status"], name="inquiry_round_status")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("status", "ASKED")),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("status", "SET_ASIDE"),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("status", "ANSWERED"),
                                models.Q(("question_ko", ""), _negated=True),
                                models.Q(("question_en", ""), _negated=True),
                                models.Q(("answer_ko", ""), _negated=True),
                                models.Q(("answer_en", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="inquiry_answer_whole",
                    )
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
