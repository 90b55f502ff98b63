"""The reconciler's passes over a stack in memory."""

import json

from activity_dispatch.domain.polls import new_poll_id
from activity_dispatch.testing.stepfunctions import client_error


def test_slots_of_lost_polls_are_freed_and_waiting_requests_woken(stack, reconciler, now) -> None:
    stack.change_activity(max_concurrent_jobs=2)
    stack.slots.reserve(stack.arn, new_poll_id(now[0] - 181), 2)
    stack.slots.reserve(stack.arn, new_poll_id(now[0] - 100), 2)
    assert not stack.slots.reserve(stack.arn, new_poll_id(now[0]), 2)
    reconciler.run()
    assert len(stack.slot_store.holders[stack.arn]) == 1
    assert stack.slot_store.waiting[stack.arn] == 0
    assert {"activity_arn": stack.arn} in [json.loads(body) for body in stack.sqs.bodies]


def test_slots_of_open_tasks_are_kept(stack, reconciler, now) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    stack.dispatcher.source.taker.__dict__["clock"] = lambda: now[0]
    scheduled = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    now[0] += 500
    reconciler.run()
    assert stack.slot_store.holders[stack.arn] == {stack.record_of(scheduled).poll_id}


def test_a_problem_with_one_task_does_not_affect_the_others(stack, reconciler, now, monkeypatch) -> None:
    scheduled = [stack.stepfunctions.schedule(stack.arn) for _ in range(3)]
    for _ in scheduled:
        stack.dispatch()
    beat = type(stack.answers).heartbeat

    def refuse_the_first(self, token: str) -> None:
        if token == scheduled[0].token:
            raise client_error("ThrottlingException", "SendTaskHeartbeat")
        if token == scheduled[1].token:
            raise RuntimeError("a mistake")
        beat(self, token)

    monkeypatch.setattr(type(stack.answers), "heartbeat", refuse_the_first)
    assert reconciler.run() == {"PROBLEM": 2, "BEAT": 1}
    assert scheduled[2].heartbeats == 1
