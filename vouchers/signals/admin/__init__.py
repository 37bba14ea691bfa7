"""The officers' doors of the room."""

from vouchers.signals.admin.signals import SignalAdmin

__all__ = ["SignalAdmin"]
