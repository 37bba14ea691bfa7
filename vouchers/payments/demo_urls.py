from django.urls import path

from vouchers.payments import views

app_name = "demo_bank"
urlpatterns = [path("", views.demo_bank, name="book")]
