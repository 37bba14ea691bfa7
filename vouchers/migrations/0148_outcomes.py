"""Surveys of what came of a project: asked once, answered in versions of which none changes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock

FORWARD = """
CREATE FUNCTION outcome_survey_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an outcome survey is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'WAIVED' OR (NEW.agreement_id, NEW.company_id, NEW.round_id, NEW.number, NEW.covers_from, NEW.covers_to, NEW.opens_on, NEW.due_on, NEW.policy_version, NEW.asked, NEW.ref)
       IS DISTINCT FROM (OLD.agreement_id, OLD.company_id, OLD.round_id, OLD.number, OLD.covers_from, OLD.covers_to, OLD.opens_on, OLD.due_on, OLD.policy_version, OLD.asked, OLD.ref) THEN
        RAISE EXCEPTION 'outcome survey %: it stays as it was asked', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.status = 'ANSWERED') <> EXISTS (SELECT 1 FROM vouchers_outcomeversion v WHERE v.survey_id = NEW.id) THEN
        RAISE EXCEPTION 'outcome survey %: it is answered once there is an answer', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outcome_survey_guard BEFORE UPDATE OR DELETE ON vouchers_outcomesurvey FOR EACH ROW EXECUTE FUNCTION outcome_survey_guard();

CREATE FUNCTION outcome_version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'answers to an outcome survey stay as they were handed in' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER outcome_version_guard BEFORE UPDATE OR DELETE ON vouchers_outcomeversion FOR EACH ROW EXECUTE FUNCTION outcome_version_guard();

CREATE FUNCTION outcome_version_next() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE state text;
BEGIN
    SELECT status INTO state FROM vouchers_outcomesurvey WHERE id = NEW.survey_id FOR UPDATE;
    IF state = 'WAIVED' THEN
        RAISE EXCEPTION 'answer %: the survey is not asked any more', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.number <> 1 + coalesce((SELECT max(number) FROM vouchers_outcomeversion v WHERE v.survey_id = NEW.survey_id), 0) THEN
        RAISE EXCEPTION 'answer %: versions are counted one by one', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outcome_version_next BEFORE INSERT ON vouchers_outcomeversion FOR EACH ROW EXECUTE FUNCTION outcome_version_next();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_outcomesurvey, vouchers_outcomeversion FROM %I', one.grantee);
        EXECUTE format('REVOKE UPDATE ON vouchers_outcomeversion FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER outcome_version_next ON vouchers_outcomeversion;
DROP FUNCTION outcome_version_next();
DROP TRIGGER outcome_version_guard ON vouchers_outcomeversion;
DROP FUNCTION outcome_version_guard();
DROP TRIGGER outcome_survey_guard ON vouchers_outcomesurvey;
DROP FUNCTION outcome_survey_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("vouchers", "0147_back_of_each"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OutcomeSurvey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("number", models.PositiveSmallIntegerField(verbose_name="Which survey")),
                ("covers_from", models.DateField(verbose_name="Asks about the time from")),
                ("covers_to", models.DateField(verbose_name="Asks about the time until")),
                ("opens_on", models.DateField(verbose_name="Opened on")),
                ("due_on", models.DateField(verbose_name="Due on")),
                ("policy_version", models.PositiveIntegerField(verbose_name="Version of the policy")),
                ("asked", models.JSONField(verbose_name="Questions")),
                (
                    "status",
                    models.CharField(
                        choices=[("OPEN", "To be answered"), ("ANSWERED", "Answers handed in"), ("WAIVED", "Not asked any more")],
                        default="OPEN",
                        max_length=8,
                        verbose_name="State",
                    ),
                ),
                ("draft", models.JSONField(default=dict)),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="Reason")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.agreement",
                        verbose_name="Agreement",
                    ),
                ),
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
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round", verbose_name="Round"
                    ),
                ),
            ],
            options={
                "verbose_name": "outcome survey",
                "verbose_name_plural": "outcome surveys",
                "permissions": [
                    ("answer_outcome", "Answer surveys of what came of a project"),
                    ("waive_outcome", "Give surveys of what came of a project up"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutcomeVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("number", models.PositiveSmallIntegerField(verbose_name="Version")),
                ("answers", models.JSONField(verbose_name="Answers")),
                ("links", models.JSONField(default=dict, verbose_name="Addresses")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="Why it was corrected")),
                (
                    "submitted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Handed in by",
                    ),
                ),
                (
                    "survey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="vouchers.outcomesurvey",
                        verbose_name="outcome survey",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer to an outcome survey",
                "verbose_name_plural": "answers to outcome surveys",
                "ordering": ["-number"],
            },
        ),
        migrations.AddIndex(
            model_name="outcomesurvey",
            index=models.Index(fields=["status", "due_on"], name="outcome_survey_due"),
        ),
        migrations.AddConstraint(
            model_name="outcomesurvey",
            constraint=models.UniqueConstraint(fields=("agreement", "number"), name="outcome_survey_once"),
        ),
        migrations.AddConstraint(
            model_name="outcomesurvey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("covers_to__gte", models.F("covers_from")), ("due_on__gte", models.F("opens_on")), ("number__gte", 1)
                ),
                name="outcome_survey_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcomesurvey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "WAIVED"), _negated=True), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="outcome_survey_waived_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcomeversion",
            constraint=models.UniqueConstraint(fields=("survey", "number"), name="outcome_version_once"),
        ),
        migrations.AddConstraint(
            model_name="outcomeversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="outcome_correction_says_why",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
