from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal.kit.columns import name_columns


class VouchersConfig(AppConfig):
    name = "vouchers"
    label = "vouchers"
    verbose_name = _("Vouchers")

    def ready(self) -> None:
        name_columns(self.get_models())
