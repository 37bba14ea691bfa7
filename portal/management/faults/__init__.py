"""Payments under faults: whatever is killed at whatever moment, nothing is paid twice and nothing is lost.

`stage` is what can be killed, `traps` where a worker may die, `workers` who works, `naive` the design that pays twice, `acts`
what goes wrong, `play` the whole. `make bench ONLY=faults` plays the long form, `tests/faults` a short one.
"""
