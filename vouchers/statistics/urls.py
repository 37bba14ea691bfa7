from typing import Any

app_name = "statistics"
urlpatterns: list[Any] = []
