"""A call from nothing to a selection that stood an objection, in pieces; the people see only pages.

Like `steps`, but of three companies: each has a story of its own (address of its account, its company, its application).
"""

from tests.journeys.defended import applying, call, checking, companies, deciding, panel

STEPS = (
    call.begin_draft, call.enter_policy, call.ask_question, call.have_it_checked,
    companies.come, companies.invite_colleague, applying.open_call,
    applying.write_together, applying.write_without_javascript, applying.write_alone, applying.submit_all,
    checking.close_call, checking.return_one, checking.find_eligible,
    panel.gather_panel, panel.declare, panel.assign, panel.score_all,
    deciding.compare_runs, deciding.sign_and_release, deciding.object_to_it, deciding.run_again, deciding.give_up,
)  # fmt: skip

__all__ = ["STEPS"]
