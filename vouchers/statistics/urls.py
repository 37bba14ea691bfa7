from django.urls import path

from vouchers.statistics import views

app_name = "statistics"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("<slug:measure>.csv", views.export, name="csv"),
]
register = [path("", views.register, name="list")]  # at /register/
