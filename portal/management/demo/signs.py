"""What a sweep makes of the story: three signs of fraud, of which an officer has looked at one."""

from portal.kit import clock
from portal.management.demo.stage import Stage
from vouchers.signals import actions
from vouchers.signals.models import Signal


def play(stage: Stage) -> None:
    """Signs of fraud: one text, one delivery and one address twice"""
    with clock.at(stage.now):
        actions.sweep_signals()
    found = Signal.objects.filter(kind="RELATED_APPLICANTS", status="OPEN").first()
    if found is not None:
        actions.watch_signal(
            signal_id=found.pk,
            reason="시연: 같은 행정사에게 송달을 맡겼다고 답했습니다. 다음 신청에서 다시 봅니다.",
            by=stage.cast.people["officer2"],
        )
