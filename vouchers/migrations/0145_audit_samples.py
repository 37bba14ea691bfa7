"""Samples of payments with what auditors find: drawn once, and nothing of what was drawn or found changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock
import portal.kit.won

FORWARD = """
CREATE FUNCTION audit_sample_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an audit sample stays as it was drawn' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_sample_guard BEFORE UPDATE OR DELETE ON vouchers_auditsample FOR EACH ROW EXECUTE FUNCTION audit_sample_guard();

CREATE FUNCTION sample_item_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a payment of a sample is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.sample_id, NEW.position, NEW.disbursement_id, NEW.ledger_event_id, NEW.amount_won, NEW.why, NEW.unit, NEW.ref)
       IS DISTINCT FROM (OLD.sample_id, OLD.position, OLD.disbursement_id, OLD.ledger_event_id, OLD.amount_won, OLD.why, OLD.unit, OLD.ref) THEN
        RAISE EXCEPTION 'payment % of a sample: it stays as it was drawn', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.cleared_at IS NOT NULL AND EXISTS (SELECT 1 FROM vouchers_auditfinding f WHERE f.item_id = NEW.id AND f.status <> 'WITHDRAWN') THEN
        RAISE EXCEPTION 'payment % of a sample: a finding stands about it', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sample_item_guard BEFORE UPDATE OR DELETE ON vouchers_sampleitem FOR EACH ROW EXECUTE FUNCTION sample_item_guard();

CREATE FUNCTION sample_item_paid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM vouchers_ledgerevent e JOIN vouchers_auditsample s ON s.id = NEW.sample_id AND s.round_id = e.round_id
        JOIN vouchers_paymentattempt a ON a.disbursement_id = NEW.disbursement_id AND e.key = 'PAID:' || a.key
        WHERE e.id = NEW.ledger_event_id AND e.kind = 'PAID' AND e.amount_won = NEW.amount_won
    ) THEN
        RAISE EXCEPTION 'payment % of a sample: the ledger has no such payment', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sample_item_paid BEFORE INSERT ON vouchers_sampleitem FOR EACH ROW EXECUTE FUNCTION sample_item_paid();

CREATE FUNCTION audit_finding_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE item record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an audit finding is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT amount_won, cleared_at INTO item FROM vouchers_sampleitem WHERE id = NEW.item_id FOR UPDATE;
        IF NEW.amount_won > item.amount_won THEN
            RAISE EXCEPTION 'audit finding %: more cannot be wrong than was paid', NEW.ref USING ERRCODE = 'restrict_violation';
        END IF;
        IF item.cleared_at IS NOT NULL THEN
            RAISE EXCEPTION 'audit finding %: the payment was found in order', NEW.ref USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status IN ('CLOSED', 'WITHDRAWN') OR (NEW.item_id, NEW.kind, NEW.seriousness, NEW.amount_won, NEW.text, NEW.answered_as, NEW.marked_by_id, NEW.ref)
       IS DISTINCT FROM (OLD.item_id, OLD.kind, OLD.seriousness, OLD.amount_won, OLD.text, OLD.answered_as, OLD.marked_by_id, OLD.ref) THEN
        RAISE EXCEPTION 'audit finding %: what was found stays, and it ends once', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_finding_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_auditfinding FOR EACH ROW EXECUTE FUNCTION audit_finding_guard();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_auditsample, vouchers_sampleitem, vouchers_auditfinding FROM %I', one.grantee);
        EXECUTE format('REVOKE UPDATE ON vouchers_auditsample FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER audit_finding_guard ON vouchers_auditfinding;
DROP FUNCTION audit_finding_guard();
DROP TRIGGER sample_item_paid ON vouchers_sampleitem;
DROP FUNCTION sample_item_paid();
DROP TRIGGER sample_item_guard ON vouchers_sampleitem;
DROP FUNCTION sample_item_guard();
DROP TRIGGER audit_sample_guard ON vouchers_auditsample;
DROP FUNCTION audit_sample_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("vouchers", "0144_signals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("number", models.PositiveSmallIntegerField(verbose_name="Number")),
                ("paid_from", models.DateField(verbose_name="Paid from")),
                ("paid_until", models.DateField(verbose_name="Paid until")),
                ("policy_version", models.PositiveIntegerField(verbose_name="Version of the policy")),
                ("threshold_won", portal.kit.won.WonField(verbose_name="Looked at in any case from (won)")),
                ("size", models.PositiveSmallIntegerField(verbose_name="Aimed at")),
                ("least", models.PositiveSmallIntegerField(verbose_name="Of each provider at least")),
                ("interval_won", portal.kit.won.WonField(verbose_name="Interval (won)")),
                ("rule", models.CharField(max_length=10, verbose_name="Rule of drawing")),
                ("seed", models.CharField(max_length=64, verbose_name="Seed")),
                ("frame", models.JSONField(verbose_name="Frame")),
                ("frame_digest", models.CharField(max_length=64, verbose_name="Fingerprint of the frame (SHA-256)")),
                ("frame_count", models.PositiveIntegerField(verbose_name="Payments in the frame")),
                ("frame_won", portal.kit.won.WonField(verbose_name="Money in the frame (won)")),
                (
                    "drawn_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Drawn by",
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
                "verbose_name": "sample of payments",
                "verbose_name_plural": "samples of payments",
                "permissions": [("draw_sample", "Draw samples of payments and mark findings")],
            },
        ),
        migrations.CreateModel(
            name="SampleItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("position", models.PositiveIntegerField(verbose_name="Number")),
                ("amount_won", portal.kit.won.WonField(verbose_name="Paid by the voucher")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("THRESHOLD", "From the threshold on"),
                            ("INTERVAL", "Met by the interval"),
                            ("LEAST", "So that its provider is met"),
                        ],
                        max_length=9,
                        verbose_name="Why it is looked at",
                    ),
                ),
                ("unit", models.BigIntegerField(verbose_name="Met at won")),
                ("cleared_at", models.DateTimeField(null=True, verbose_name="Found in order at")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="What was looked at")),
                (
                    "cleared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Found in order by",
                    ),
                ),
                (
                    "disbursement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.disbursement",
                        verbose_name="Disbursement",
                    ),
                ),
                (
                    "ledger_event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.ledgerevent",
                        verbose_name="ledger event",
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="vouchers.auditsample",
                        verbose_name="sample of payments",
                    ),
                ),
            ],
            options={
                "verbose_name": "payment of a sample",
                "verbose_name_plural": "payments of samples",
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="AuditFinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("NO_EVIDENCE", "Evidence is missing"),
                            ("WRONG_AMOUNT", "The amount is wrong"),
                            ("OUTSIDE_PERIOD", "Outside of the period"),
                            ("PAID_TWICE", "Paid twice"),
                            ("NOT_DELIVERED", "Paid without the delivery"),
                            ("PROCEDURE", "A step was left out"),
                            ("OTHER", "Something else"),
                        ],
                        max_length=14,
                        verbose_name="Kind",
                    ),
                ),
                (
                    "seriousness",
                    models.CharField(
                        choices=[("MINOR", "Minor"), ("MAJOR", "Major"), ("GRAVE", "Grave")],
                        max_length=5,
                        verbose_name="Seriousness",
                    ),
                ),
                ("amount_won", portal.kit.won.WonField(verbose_name="Wrong of it (won)")),
                ("text", models.TextField(verbose_name="What was found")),
                ("answered_as", models.CharField(max_length=24, verbose_name="Who answers")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "To be answered"),
                            ("ANSWERED", "Answered, to be judged"),
                            ("CLOSED", "Closed"),
                            ("WITHDRAWN", "Withdrawn by the auditor"),
                        ],
                        default="OPEN",
                        max_length=9,
                        verbose_name="State",
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="Answer")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="Answered at")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="Ended at")),
                ("reason", models.TextField(blank=True, verbose_name="Reason")),
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
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Ended by",
                    ),
                ),
                (
                    "marked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Marked by",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="vouchers.sampleitem",
                        verbose_name="payment of a sample",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit finding",
                "verbose_name_plural": "audit findings",
                "permissions": [("answer_audit_finding", "Answer findings of auditors")],
            },
        ),
        migrations.AddConstraint(
            model_name="auditsample",
            constraint=models.UniqueConstraint(fields=("round", "number"), name="audit_sample_number_once"),
        ),
        migrations.AddConstraint(
            model_name="auditsample",
            constraint=models.CheckConstraint(
                condition=models.Q(("paid_until__gte", models.F("paid_from"))), name="audit_sample_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditsample",
            constraint=models.CheckConstraint(
                condition=models.Q(("frame_count__gte", 1), ("interval_won__gte", 1)), name="audit_sample_of_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="sampleitem",
            constraint=models.UniqueConstraint(fields=("sample", "position"), name="sample_item_position_once"),
        ),
        migrations.AddConstraint(
            model_name="sampleitem",
            constraint=models.UniqueConstraint(fields=("sample", "ledger_event"), name="sample_item_once"),
        ),
        migrations.AddConstraint(
            model_name="sampleitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cleared_at__isnull", True), ("cleared_by__isnull", True)),
                    models.Q(("cleared_at__isnull", False), ("cleared_by__isnull", False)),
                    _connector="OR",
                ),
                name="sample_item_cleared_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="audit_finding_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="auditfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["ANSWERED", "CLOSED"]), _negated=True),
                    models.Q(
                        models.Q(("answer", ""), _negated=True), ("answered_at__isnull", False), ("answered_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="audit_finding_answered_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False), ("status__in", ["CLOSED", "WITHDRAWN"])),
                    models.Q(
                        models.Q(("status__in", ["CLOSED", "WITHDRAWN"]), _negated=True),
                        ("ended_at__isnull", True),
                        ("ended_by__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="audit_finding_ended_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answered_by__isnull", True),
                    models.Q(("answered_by", models.F("marked_by")), _negated=True),
                    _connector="OR",
                ),
                name="audit_finding_apart",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
