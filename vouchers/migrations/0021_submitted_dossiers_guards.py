"""A dossier that an institution received never changes; requests that were handed over before get their first copy."""

import hashlib
import json
from typing import Any, ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION dossier_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a submitted dossier never changes (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER submitted_dossier_immutable BEFORE UPDATE OR DELETE ON vouchers_submitteddossier
    FOR EACH ROW EXECUTE FUNCTION dossier_refuse_change();
CREATE TRIGGER submitted_dossier_no_truncate BEFORE TRUNCATE ON vouchers_submitteddossier
    FOR EACH STATEMENT EXECUTE FUNCTION dossier_refuse_change();
"""
BACKWARD = """
DROP TRIGGER submitted_dossier_no_truncate ON vouchers_submitteddossier;
DROP TRIGGER submitted_dossier_immutable ON vouchers_submitteddossier;
DROP FUNCTION dossier_refuse_change();
"""


def first_copies(apps: Any, schema_editor: Any) -> None:
    """What stands in the case is the best that is known of what was handed over."""
    from portal.kit.models import make_ref

    copies = apps.get_model("vouchers", "SubmittedDossier")
    requests = apps.get_model("vouchers", "AccessRequest").objects.filter(submitted_at__isnull=False).select_related("case")
    for request in requests.iterator():
        case = request.case
        body = {
            "title": case.title, "dossier": case.dossier,
            "use_from": case.use_from.isoformat() if case.use_from else None,
            "use_until": case.use_until.isoformat() if case.use_until else None,
        }  # fmt: skip
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        copies.objects.create(
            ref=make_ref("dos"), request=request, number=1, body=body, content_hash=hashlib.sha256(text.encode()).hexdigest(),
            version=1,
        )  # fmt: skip


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0020_submitted_dossiers")]
    operations: ClassVar = [
        migrations.RunPython(first_copies, migrations.RunPython.noop),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
