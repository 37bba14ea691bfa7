from typing import Any

app_name = "companies"
urlpatterns: list[Any] = []
