from typing import Any

app_name = "rounds"
urlpatterns: list[Any] = []
