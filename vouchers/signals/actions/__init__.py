"""Verbs of the room."""

from vouchers.signals.actions.deciding import dismiss_signal, refer_signal, watch_signal
from vouchers.signals.actions.sweeping import sweep_round, sweep_signals

__all__ = ["dismiss_signal", "refer_signal", "sweep_round", "sweep_signals", "watch_signal"]
