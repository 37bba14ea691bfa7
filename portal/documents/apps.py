from django.apps import AppConfig

from portal.kit.columns import name_columns


class DocumentsConfig(AppConfig):
    name = "portal.documents"
    label = "documents"

    def ready(self) -> None:
        name_columns(self.get_models())
