from django.urls import path

from vouchers.rounds import views

app_name = "rounds"
urlpatterns = [
    path("", views.rounds, name="list"),
    path("<slug:key>/", views.detail, name="detail"),
]
