from django.urls import path

from vouchers.access import views

app_name = "access"
urlpatterns = [
    path("", views.request_list, name="list"),
    path("new/", views.open_case, name="open"),
    path("cases/<slug:ref>/", views.case_detail, name="case"),
    path("cases/<slug:ref>/dossier/", views.dossier, name="dossier"),
    path("cases/<slug:ref>/joint/", views.propose_joint, name="propose_joint"),
    path("cases/<slug:ref>/joint/start/", views.start_joint, name="start_joint"),
    path("cases/<slug:ref>/joint/decide/", views.decide_joint, name="decide_joint"),
    path("requests/<slug:ref>/", views.request_detail, name="request"),
    path("requests/<slug:ref>/letter/<slug:track>/", views.letter, name="letter"),
    path("requests/<slug:ref>/<slug:step>/", views.request_step, name="step"),
]
