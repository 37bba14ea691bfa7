from typing import Any

app_name = "matching"
urlpatterns: list[Any] = []
