from django.urls import path

from vouchers.milestones import views

app_name = "milestones"
urlpatterns = [
    path("", views.milestone_list, name="list"),
    path("plan/<slug:agreement_ref>/", views.plan, name="plan"),
    path("replan/<slug:agreement_ref>/", views.replan, name="replan"),
    path("changes/<slug:ref>/", views.change, name="change"),
    path("changes/<slug:ref>/sign/", views.sign_change, name="sign_change"),
    path("changes/<slug:ref>/verb/<slug:verb>/", views.change_verb, name="change_verb"),
    path("inspections/of/<slug:agreement_ref>/", views.inspections, name="inspections"),
    path("inspections/<slug:ref>/", views.inspection, name="inspection"),
    path("inspections/<slug:ref>/report/", views.report, name="report"),
    path("inspections/<slug:ref>/file/", views.report_file, name="report_file"),
    path("inspections/<slug:ref>/verb/<slug:verb>/", views.inspection_verb, name="inspection_verb"),
    path("inspections/<slug:ref>/findings/<slug:finding_ref>/file/", views.finding_file, name="finding_file"),
    path("inspections/<slug:ref>/findings/<slug:finding_ref>/<slug:verb>/", views.finding_verb, name="finding_verb"),
    path("final/open/<slug:agreement_ref>/", views.open_final, name="open_final"),
    path("final/<slug:ref>/", views.final, name="final"),
    path("final/<slug:ref>/grade/", views.grade, name="grade"),
    path("final/<slug:ref>/letter/", views.letter, name="letter"),
    path("final/<slug:ref>/object/", views.object_to, name="object_to"),
    path("final/<slug:ref>/files/<slug:deliverable_ref>/", views.final_file, name="final_file"),
    path("final/<slug:ref>/verb/<slug:verb>/", views.final_verb, name="final_verb"),
    path("<slug:ref>/", views.detail, name="detail"),
    path("<slug:ref>/submit/", views.submit, name="submit"),
    path("<slug:ref>/indicators/", views.indicators, name="indicators"),
    path("<slug:ref>/files/<slug:deliverable_ref>/", views.deliverable, name="deliverable"),
    path("<slug:ref>/<slug:verb>/", views.decide, name="decide"),
]
