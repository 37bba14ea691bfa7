"""No offer is published of a dataset that is planned, superseded or closed."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION offer_of_what_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM providers_dataset d WHERE d.id = NEW.dataset_id AND d.status = 'AVAILABLE') THEN
        RAISE EXCEPTION 'offer %: its dataset cannot be had now', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER offer_published_new AFTER INSERT ON providers_offer FOR EACH ROW
    WHEN (NEW.status = 'PUBLISHED' AND NEW.dataset_id IS NOT NULL) EXECUTE FUNCTION offer_of_what_is_there();
CREATE TRIGGER offer_published_now AFTER UPDATE OF status, dataset_id ON providers_offer FOR EACH ROW
    WHEN (NEW.status = 'PUBLISHED' AND NEW.dataset_id IS NOT NULL
          AND (OLD.status, OLD.dataset_id) IS DISTINCT FROM (NEW.status, NEW.dataset_id))
    EXECUTE FUNCTION offer_of_what_is_there();
"""
BACKWARD = """
DROP TRIGGER offer_published_now ON providers_offer;
DROP TRIGGER offer_published_new ON providers_offer;
DROP FUNCTION offer_of_what_is_there();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0007_series")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
