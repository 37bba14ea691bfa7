"""The whole journey in pieces, from a sign-up to money paid; each piece is a few people doing their next thing on pages.

Every piece takes the cast and the story so far (a dict of addresses and numbers that people saw) and adds to it.
"""

from tests.journeys.steps import access, agreements, applications, companies, evaluation, matching, payments, rounds
from tests.journeys.steps.cast import Cast

STEPS = (
    companies.sign_up, companies.register, companies.enrol_phone, rounds.open_round, companies.verify_company,
    matching.describe_need, matching.ask_for_quote, matching.give_quote, matching.agree_in_the_hospital, matching.make_match,
    applications.write_application, applications.submit_application, applications.check_eligibility,
    rounds.close_call, evaluation.evaluate, evaluation.select, agreements.agree, rounds.reach_the_first_day,
    access.ask_for_access, access.decide_access, payments.deliver, payments.request_money, payments.pay, payments.counted,
)  # fmt: skip

__all__ = ["STEPS", "Cast"]
