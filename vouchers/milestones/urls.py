from typing import Any

app_name = "milestones"
urlpatterns: list[Any] = []
