"""The shape of what is typed about rounds."""

from vouchers.rounds.forms.calls import CopyForm, ExtendForm, PolicyForm, RoundFilter, RoundForm

__all__ = ["CopyForm", "ExtendForm", "PolicyForm", "RoundFilter", "RoundForm"]
