from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from portal.kit.columns import name_columns


class ProvidersConfig(AppConfig):
    name = "providers"
    label = "providers"
    verbose_name = _("Providers")

    def ready(self) -> None:
        name_columns(self.get_models())
