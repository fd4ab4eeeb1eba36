"""Scheduled rules in MiniStack 1.5.33; `corrections.apply` applies this and checks the version."""

import threading

from ministack.services import eventbridge

OURS = ":sluice-delivery-"


def leave_functions_to_our_schedules() -> None:
    """EventBridge User Guide, "Creating a rule that runs on a schedule": MiniStack looks every ten seconds what is due, in real
    time. What a function is to get comes from `event-sources/schedules.ts`, in the time of the run; the queue that stands in a
    function's place gets nothing from here. Other targets do."""
    tick, invoke = eventbridge._tick_scheduled_rules, eventbridge._invoke_target
    ticking = threading.local()

    def told():
        ticking.on = True
        try:
            tick()
        finally:
            ticking.on = False

    def unless_ours(target, *arguments, **options):
        if getattr(ticking, "on", False) and OURS in str(target.get("Arn")):
            return None
        return invoke(target, *arguments, **options)

    eventbridge._tick_scheduled_rules = told
    eventbridge._invoke_target = unless_ours
