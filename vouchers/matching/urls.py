from django.urls import path

from vouchers.matching import views

app_name = "matching"
urlpatterns = [
    path("", views.home, name="home"),
    path("needs/", views.needs_list, name="needs"),
    path("needs/new/", views.need_new, name="need_new"),
    path("needs/<slug:ref>/", views.need_detail, name="need"),
    path("needs/<slug:ref>/edit/", views.need_edit, name="need_edit"),
    path("needs/<slug:ref>/edit/fits/", views.need_fits, name="need_fits"),
    path("needs/<slug:ref>/copy/", views.need_copy, name="need_copy"),
    path("needs/<slug:ref>/ask/", views.ask, name="ask"),
    path("needs/<slug:ref>/asked/<int:number>/", views.asked, name="asked"),
    path("needs/<slug:ref>/compare/", views.compare, name="compare"),
    path("needs/<slug:ref>/do/<slug:verb>/", views.need_verb, name="need_verb"),
    path("needs/<slug:ref>/count/", views.ask_count, name="ask_count"),
    path("feasibility/", views.counts_inbox, name="counts"),
    path("feasibility/<slug:ref>/", views.count_detail, name="count"),
    path("feasibility/<slug:ref>/answer/", views.count_answer, name="count_answer"),
    path("feasibility/<slug:ref>/do/<slug:verb>/", views.count_verb, name="count_verb"),
    path("quotes/<slug:ref>/", views.quote_detail, name="quote"),
    path("quotes/<slug:ref>/do/<slug:verb>/", views.quote_verb, name="quote_verb"),
    path("proposals/", views.proposals, name="proposals"),
    path("requests/", views.inbox, name="inbox"),
    path("requests/<slug:ref>/", views.request_detail, name="request"),
    path("requests/<slug:ref>/quote/", views.quote_form, name="quote_form"),
    path("requests/<slug:ref>/do/<slug:verb>/", views.request_verb, name="request_verb"),
    path("drafts/<slug:ref>/do/<slug:verb>/", views.draft_verb, name="draft_verb"),
    path("agree/", views.agreed, name="agreed"),
    path("agree/<str:secret>/", views.agree, name="agree"),
    path("matches/<slug:ref>/", views.match_detail, name="match"),
    path("matches/<slug:ref>/do/<slug:verb>/", views.match_verb, name="match_verb"),
]
