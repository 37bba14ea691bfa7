from typing import Any

app_name = "payments"
urlpatterns: list[Any] = []
