"""Signs of fraud, whom they concern, and the digest of the network from which an application was handed in."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock

FORWARD = """
CREATE FUNCTION signals_guard_signal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'signal %: what was found is never deleted', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.status <> 'OPEN' THEN
        RAISE EXCEPTION 'a signal is found before a person decides about it' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.round_id, NEW.kind, NEW.key, NEW.created_at)
        IS DISTINCT FROM (OLD.round_id, OLD.kind, OLD.key, OLD.created_at) THEN
        RAISE EXCEPTION 'signal %: what it is about never changes', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signals_signal_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_signal
    FOR EACH ROW EXECUTE FUNCTION signals_guard_signal();
CREATE FUNCTION signals_guard_party() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'who was named by a signal stays named' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER signals_party_guard BEFORE UPDATE OR DELETE ON vouchers_signalparty
    FOR EACH ROW EXECUTE FUNCTION signals_guard_party();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_signal FROM %I', one.grantee);
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON vouchers_signalparty FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER signals_party_guard ON vouchers_signalparty;
DROP FUNCTION signals_guard_party();
DROP TRIGGER signals_signal_guard ON vouchers_signal;
DROP FUNCTION signals_guard_signal();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0021_lines_mark_their_offer"),
        ("vouchers", "0143_refused_proposals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="network_digest",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=64),
        ),
        migrations.CreateModel(
            name="Signal",
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
                            ("RELATED_SIDES", "Company and provider belong together"),
                            ("RELATED_APPLICANTS", "Applicants belong together"),
                            ("SAME_CONTACT", "One contact for many applicants"),
                            ("SAME_ACCOUNT", "One account for several payees"),
                            ("SAME_TEXT", "Applications with the same text"),
                            ("SAME_FILE", "The same file in different projects"),
                            ("SPLIT_PAYMENTS", "Payments split under an amount"),
                            ("FAR_PRICE", "Price far above the provider's others"),
                            ("CONCENTRATION", "A provider that lives on one company"),
                        ],
                        max_length=20,
                        verbose_name="Kind",
                    ),
                ),
                ("key", models.CharField(editable=False, max_length=90)),
                ("points", models.PositiveSmallIntegerField(verbose_name="Points")),
                (
                    "strength",
                    models.CharField(
                        choices=[("NOTABLE", "Notable"), ("STRONG", "Strong")], max_length=7, verbose_name="Strength"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "To be decided"),
                            ("WATCHED", "Watched"),
                            ("REFERRED", "Referred"),
                            ("DISMISSED", "Dismissed"),
                        ],
                        default="OPEN",
                        max_length=9,
                        verbose_name="State",
                    ),
                ),
                ("evidence", models.JSONField(verbose_name="Evidence")),
                ("evidence_digest", models.CharField(max_length=64, verbose_name="Fingerprint of the evidence")),
                ("rules_version", models.CharField(max_length=10, verbose_name="Version of the rules")),
                ("gone_at", models.DateTimeField(null=True, verbose_name="Not found any more since")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="Decided at")),
                ("reason", models.TextField(blank=True, verbose_name="Reason")),
                (
                    "clawback",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.clawback",
                        verbose_name="clawback",
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
                    "inspection",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.inspection",
                        verbose_name="inspection",
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
                "verbose_name": "sign of fraud",
                "verbose_name_plural": "signs of fraud",
                "permissions": [("see_signal", "See signs of fraud"), ("decide_signal", "Decide about signs of fraud")],
            },
        ),
        migrations.CreateModel(
            name="SignalParty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "company",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.company",
                        verbose_name="Company",
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.institution",
                        verbose_name="Provider",
                    ),
                ),
                (
                    "signal",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="parties", to="vouchers.signal"),
                ),
            ],
            options={
                "verbose_name": "party of a sign of fraud",
                "verbose_name_plural": "parties of signs of fraud",
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(fields=["status", "-points"], name="signal_status_points"),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.UniqueConstraint(fields=("round", "kind", "key"), name="signal_once"),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(("points__gt", 0), models.Q(("evidence", []), _negated=True)), name="signal_has_evidence"
            ),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(("evidence_digest__regex", "^[0-9a-f]{64}$")), name="signal_digest_shape"
            ),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("reason", ""), ("status", "OPEN")),
                    models.Q(
                        models.Q(("status", "OPEN"), _negated=True),
                        models.Q(("reason", ""), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="signal_decided_by_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("status", "REFERRED"), _negated=True), ("clawback__isnull", True), ("inspection__isnull", True)
                    ),
                    models.Q(("clawback__isnull", True), ("inspection__isnull", False), ("status", "REFERRED")),
                    models.Q(("clawback__isnull", False), ("inspection__isnull", True), ("status", "REFERRED")),
                    _connector="OR",
                ),
                name="signal_referred_to_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="signal",
            constraint=models.CheckConstraint(
                condition=models.Q(("decided_at__isnull", True), ("decided_at__gte", models.F("created_at")), _connector="OR"),
                name="signal_decided_after_found",
            ),
        ),
        migrations.AddConstraint(
            model_name="signalparty",
            constraint=models.UniqueConstraint(
                fields=("signal", "company", "institution"), name="signal_party_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="signalparty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("company__isnull", False), ("institution__isnull", True)),
                    models.Q(("company__isnull", True), ("institution__isnull", False)),
                    _connector="OR",
                ),
                name="signal_party_is_one",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
