from django.urls import path

from portal.desk import views

app_name = "desk"
urlpatterns = [
    path("", views.front, name="front"),
    path("home/", views.home, name="home"),
    path("privacy/", views.privacy, name="privacy"),
    path("demo/clock/", views.move_clock, name="move_clock"),
]
