from django.urls import path

from vouchers.payments import views

app_name = "payments"
urlpatterns = [
    path("", views.disbursement_list, name="list"),
    path("request/<slug:milestone_ref>/", views.request_disbursement, name="request"),
    path("plan/<slug:agreement_ref>/", views.plan, name="plan"),
    path("plan/<slug:agreement_ref>/answer/", views.answer_warning, name="answer_warning"),
    path("advance/<slug:milestone_ref>/", views.request_advance, name="advance"),
    path("files/", views.file_list, name="files"),
    path("files/new/<slug:round_key>/<slug:way>/", views.new_file, name="new_file"),
    path("files/<slug:ref>/", views.file_detail, name="file"),
    path("files/<slug:ref>/download/", views.file_download, name="file_download"),
    path("files/<slug:ref>/answer/", views.read_answer, name="read_answer"),
    path("files/<slug:ref>/answers/<slug:answer_ref>/", views.answer_download, name="answer_download"),
    path("files/<slug:ref>/stop/", views.stop_waiting, name="stop_waiting"),
    path("halts/new/<slug:agreement_ref>/", views.new_halt, name="new_halt"),
    path("halts/resume/<slug:agreement_ref>/", views.resume, name="resume"),
    path("halts/<slug:ref>/", views.halt, name="halt"),
    path("halts/<slug:ref>/consent/", views.consent_halt, name="consent_halt"),
    path("halts/<slug:ref>/<slug:verb>/", views.halt_verb, name="halt_verb"),
    path("<slug:ref>/", views.detail, name="detail"),
    path("<slug:ref>/mend/", views.resubmit, name="resubmit"),
    path("<slug:ref>/confirm/", views.confirm, name="confirm"),
    path("<slug:ref>/attempts/<slug:attempt_ref>/", views.resolve, name="resolve"),
    path("<slug:ref>/attempts/<slug:attempt_ref>/explain/", views.explain, name="explain"),
    path("<slug:ref>/attempts/<slug:attempt_ref>/withdraw/", views.withdraw_return, name="withdraw_return"),
    path("<slug:ref>/approve/", views.release, {"verb": "approve"}, name="approve"),
    path("<slug:ref>/register/", views.release, {"verb": "register"}, name="register"),
    path("<slug:ref>/retry/", views.release, {"verb": "retry"}, name="retry"),
    path("<slug:ref>/guarantee/", views.guarantee, name="guarantee"),
    path("<slug:ref>/evidence/<slug:kind>/", views.evidence, name="evidence"),
    path("<slug:ref>/<slug:verb>/", views.decide, name="decide"),
]
