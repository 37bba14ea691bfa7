"""Whoever writes a price line writes its offer, too: one look at the offer tells whether anything of it has changed."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION offer_of_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE providers_offer SET id = id WHERE id IN (SELECT offer_id FROM changed);
    RETURN NULL;
END $$;
CREATE TRIGGER offerline_added AFTER INSERT ON providers_offerline REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION offer_of_lines();
CREATE TRIGGER offerline_left AFTER UPDATE ON providers_offerline REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION offer_of_lines();
CREATE TRIGGER offerline_changed AFTER UPDATE ON providers_offerline REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION offer_of_lines();
CREATE TRIGGER offerline_gone AFTER DELETE ON providers_offerline REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION offer_of_lines();
"""
BACKWARD = """
DROP TRIGGER offerline_gone ON providers_offerline;
DROP TRIGGER offerline_changed ON providers_offerline;
DROP TRIGGER offerline_left ON providers_offerline;
DROP TRIGGER offerline_added ON providers_offerline;
DROP FUNCTION offer_of_lines();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0020_offerline_kind_words")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
