"""A letter whose e-mail cannot be delivered may go by post instead, once, before it was served."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

_BEFORE = import_module("vouchers.migrations.0036_selection_letters").GUARD
_GUARD = "CREATE OR REPLACE " + _BEFORE[_BEFORE.index("FUNCTION evaluation_guard_letter()") : _BEFORE.index("CREATE TRIGGER")]
_WHERE = "IF NEW.line_id <> OLD.line_id OR NEW.how <> OLD.how OR NEW.address <> OLD.address THEN"
assert _GUARD.count(_WHERE) == 1
TURNED = """IF NEW.line_id <> OLD.line_id OR ((NEW.how <> OLD.how OR NEW.address <> OLD.address)
        AND NOT (OLD.how = 'ELECTRONIC' AND NEW.how = 'POST' AND OLD.served_on IS NULL AND NEW.served_on IS NULL)) THEN"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0065_blind_needs_names")]
    operations: ClassVar = [migrations.RunSQL(_GUARD.replace(_WHERE, TURNED), _GUARD)]
