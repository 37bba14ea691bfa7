from django.urls import path

from vouchers.payments import views

app_name = "demo_bank"
urlpatterns = [
    path("", views.demo_bank, name="book"),
    path("files/", views.demo_hand_in, name="hand_in"),
    path("files/<int:number>/<slug:kind>/", views.demo_answer, name="answer"),
]
