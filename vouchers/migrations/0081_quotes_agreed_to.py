"""A quote leaves once the institution's approver, who is not whoever prepared it, and the named investigator agreed.

Until then it is a draft of the institution. What was prepared and what was agreed to never changes; a quote is what its draft says.
"""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock
import portal.kit.won

FORWARD = """
CREATE FUNCTION quote_draft_asks_investigator() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agrees boolean;
BEGIN
    SELECT (p.body->'quoting'->>'investigator_agrees')::boolean INTO agrees FROM vouchers_quoterequest q
        JOIN vouchers_need n ON n.id = q.need_id JOIN vouchers_policyversion p ON p.round_id = n.round_id
        WHERE q.id = NEW.request_id ORDER BY p.number DESC LIMIT 1;
    IF coalesce(agrees, true) AND NOT NEW.investigator_needed THEN
        RAISE EXCEPTION 'the round asks for the agreement of the investigator' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'quote_draft_asks_investigator';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_draft_asks_investigator BEFORE INSERT ON vouchers_quotedraft
    FOR EACH ROW EXECUTE FUNCTION quote_draft_asks_investigator();

CREATE FUNCTION quote_draft_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
       OR (OLD.request_id, OLD.number, OLD.content, OLD.supply_amount_won, OLD.vat_won, OLD.prepared_by_id, OLD.investigator_needed,
           OLD.investigator_name, OLD.investigator_email)
          IS DISTINCT FROM
          (NEW.request_id, NEW.number, NEW.content, NEW.supply_amount_won, NEW.vat_won, NEW.prepared_by_id, NEW.investigator_needed,
           NEW.investigator_name, NEW.investigator_email)
       OR (OLD.approved_at IS NOT NULL AND (OLD.approved_at, OLD.approved_by_id) IS DISTINCT FROM (NEW.approved_at, NEW.approved_by_id))
       OR (OLD.investigator_agreed_at IS NOT NULL AND (OLD.investigator_agreed_at, OLD.investigator_agreed_by, OLD.investigator_user_id)
           IS DISTINCT FROM (NEW.investigator_agreed_at, NEW.investigator_agreed_by, NEW.investigator_user_id))
       OR (OLD.status <> 'PREPARED' AND NEW.status <> OLD.status) THEN
        RAISE EXCEPTION 'a prepared quote and what was agreed to stay as they are: prepare another one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quote_draft_keeps';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_draft_keeps BEFORE UPDATE OR DELETE ON vouchers_quotedraft
    FOR EACH ROW EXECUTE FUNCTION quote_draft_keeps();

CREATE FUNCTION quote_agreed_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM vouchers_quotedraft d WHERE d.id = NEW.draft_id AND d.status = 'SENT' AND d.request_id = NEW.request_id
          AND d.prepared_by_id = NEW.quoted_by_id AND d.supply_amount_won = NEW.supply_amount_won AND d.vat_won = NEW.vat_won
    ) THEN
        RAISE EXCEPTION 'nobody of the institution agreed to this quote' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'quote_agreed_to';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_agreed_to BEFORE INSERT ON vouchers_quote
    FOR EACH ROW EXECUTE FUNCTION quote_agreed_to();
"""
BACKWARD = """
DROP TRIGGER quote_agreed_to ON vouchers_quote;
DROP FUNCTION quote_agreed_to();
DROP TRIGGER quote_draft_keeps ON vouchers_quotedraft;
DROP FUNCTION quote_draft_keeps();
DROP TRIGGER quote_draft_asks_investigator ON vouchers_quotedraft;
DROP FUNCTION quote_draft_asks_investigator();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("vouchers", "0080_feasibility"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.AlterModelOptions(
            name="quoterequest",
            options={
                "permissions": [
                    ("answer_quote", "Answer quote requests"),
                    ("read_requests", "Read quote requests to the institution"),
                ],
                "verbose_name": "quote request",
                "verbose_name_plural": "quote requests",
            },
        ),
        migrations.CreateModel(
            name="QuoteDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PREPARED", "Waiting for agreement in the institution"),
                            ("SENT", "Sent to the company"),
                            ("RETURNED", "Returned to whoever prepared it"),
                            ("REPLACED", "Replaced by a newer one"),
                            ("LAPSED", "Fell away with the request"),
                        ],
                        default="PREPARED",
                        max_length=10,
                    ),
                ),
                ("content", models.JSONField()),
                ("supply_amount_won", portal.kit.won.WonField()),
                ("vat_won", portal.kit.won.WonField()),
                ("approved_at", models.DateTimeField(null=True)),
                ("investigator_needed", models.BooleanField(default=True)),
                ("investigator_name", models.CharField(blank=True, max_length=80, verbose_name="Principal investigator")),
                ("investigator_email", models.EmailField(blank=True, max_length=254)),
                ("investigator_agreed_at", models.DateTimeField(null=True)),
                (
                    "investigator_agreed_by",
                    models.CharField(
                        blank=True,
                        choices=[("ACCOUNT", "Signed in to the portal"), ("LINK", "Through the e-mailed link")],
                        max_length=8,
                    ),
                ),
                ("token_hash", models.CharField(blank=True, db_index=True, max_length=64)),
                ("token_until", models.DateTimeField(null=True)),
                ("reason", models.TextField(blank=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "investigator_user",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="vouchers.quoterequest"
                    ),
                ),
            ],
            options={
                "verbose_name": "prepared quote",
                "verbose_name_plural": "prepared quotes",
                "permissions": [("approve_quote", "Agree to quotes for the institution")],
            },
        ),
        migrations.AddField(
            model_name="quote",
            name="draft",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="quote", to="vouchers.quotedraft"
            ),
        ),
        migrations.AddConstraint(
            model_name="quotedraft",
            constraint=models.UniqueConstraint(fields=("request", "number"), name="quote_draft_number_once"),
        ),
        migrations.AddConstraint(
            model_name="quotedraft",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "PREPARED")), fields=("request",), name="quote_draft_one_waits"
            ),
        ),
        migrations.AddConstraint(
            model_name="quotedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at__isnull", True), ("approved_by__isnull", True)),
                    models.Q(("approved_at__isnull", False), ("approved_by__isnull", False)),
                    _connector="OR",
                ),
                name="quote_draft_approved_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    models.Q(("approved_by", models.F("prepared_by")), _negated=True),
                    _connector="OR",
                ),
                name="quote_draft_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by__isnull", True),
                    ("investigator_user__isnull", True),
                    models.Q(("approved_by", models.F("investigator_user")), _negated=True),
                    _connector="OR",
                ),
                name="quote_draft_approver_apart",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("investigator_agreed_at__isnull", True), ("investigator_agreed_by", "")),
                    models.Q(("investigator_agreed_at__isnull", False), models.Q(("investigator_agreed_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="quote_draft_investigator_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("investigator_needed", False), models.Q(("investigator_name", ""), _negated=True), _connector="OR"
                ),
                name="quote_draft_names_investigator",
            ),
        ),
        migrations.AddConstraint(
            model_name="quotedraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "SENT"), _negated=True),
                    models.Q(
                        ("approved_at__isnull", False),
                        models.Q(("investigator_needed", False), ("investigator_agreed_at__isnull", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="quote_draft_sent_agreed",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
