from django.apps import AppConfig

from portal.kit.columns import name_columns


class JournalConfig(AppConfig):
    name = "portal.journal"
    label = "journal"

    def ready(self) -> None:
        name_columns(self.get_models())
