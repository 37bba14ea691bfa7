"""What the database itself guards of roles: incompatible ones never overlap in one person, and a company's or a provider's
role names its organisation. The pairs are those of rules.incompatible (a test compares every pair)."""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION role_kind(role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'EVALUATOR' THEN 'EVALUATOR'
        WHEN role IN ('REPRESENTATIVE', 'STAFF_MEMBER') THEN 'COMPANY'
        WHEN role IN ('PROVIDER_MANAGER', 'PROVIDER_DRB_SECRETARY', 'IRB_LIAISON', 'DRB_MEMBER') THEN 'PROVIDER'
        ELSE 'STAFF' END
$$;
CREATE FUNCTION roles_apart(one text, two text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT one <> two AND (
        (role_kind(one) <> role_kind(two) AND NOT (role_kind(one) IN ('EVALUATOR', 'PROVIDER') AND role_kind(two) IN ('EVALUATOR', 'PROVIDER')))
        OR (role_kind(one) = 'STAFF' AND role_kind(two) = 'STAFF' AND (
            'OBJECTION_REVIEWER' IN (one, two)
            OR ('AUDITOR' IN (one, two) AND 'STAT_VIEWER' NOT IN (one, two))
            OR (one IN ('MINISTRY_OFFICER', 'MINISTRY_APPROVER') AND two IN ('MINISTRY_OFFICER', 'MINISTRY_APPROVER'))
            OR (one IN ('OPERATOR_FINANCE', 'PAYMENT_REGISTRAR') AND two IN ('OPERATOR_FINANCE', 'PAYMENT_REGISTRAR')))))
$$;
CREATE FUNCTION role_grant_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE other text;
BEGIN
    IF NEW.revoked_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
    SELECT role INTO other FROM accounts_rolegrant
        WHERE user_id = NEW.user_id AND id IS DISTINCT FROM NEW.id AND revoked_at IS NULL AND roles_apart(role, NEW.role)
          AND (expires_at IS NULL OR expires_at > NEW.created_at)
          AND (NEW.expires_at IS NULL OR NEW.expires_at > created_at)
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'role grant %: % and % are two persons', NEW.ref, other, NEW.role USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER role_grant_guard BEFORE INSERT OR UPDATE ON accounts_rolegrant
    FOR EACH ROW EXECUTE FUNCTION role_grant_guard();
"""
BACKWARD = """
DROP TRIGGER role_grant_guard ON accounts_rolegrant;
DROP FUNCTION role_grant_guard();
DROP FUNCTION roles_apart(text, text);
DROP FUNCTION role_kind(text);
"""
BOUND = ["DRB_MEMBER", "IRB_LIAISON", "PROVIDER_DRB_SECRETARY", "PROVIDER_MANAGER", "REPRESENTATIVE", "STAFF_MEMBER"]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("accounts", "0003_consents_reach")]
    operations: ClassVar = [
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("organisation__isnull", False), models.Q(("role__in", BOUND), _negated=True), _connector="OR"
                ),
                name="role_grant_has_its_place",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
