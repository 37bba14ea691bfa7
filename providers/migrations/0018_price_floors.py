"""An order takes something: offers whose lines have no minimum are not free."""

from typing import ClassVar

from django.db import migrations

FLOORS = """
UPDATE providers_offer SET floor_won = cheapest.won
FROM (SELECT offer_id, min(unit_price_won) AS won FROM providers_offerline WHERE unit_price_won > 0 GROUP BY offer_id) cheapest
WHERE cheapest.offer_id = providers_offer.id AND floor_won = 0;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0017_diseases_comparable")]
    operations: ClassVar = [migrations.RunSQL(FLOORS, migrations.RunSQL.noop)]
