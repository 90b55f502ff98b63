"""Who gets the slots of a pool."""

import itertools
import random

import pytest

from activity_dispatch.domain.pools import CALL_SECONDS, PUT_OFF_SECONDS, Asking, Pool

LIGHT, HEAVY = "light", "heavy"
WEIGHTS = {LIGHT: 1, HEAVY: 3}
SIZE = 4
NUMBERS = itertools.count()


def ask(
    pool: Pool, arn: str, *, now: float = 0.0, size: int = SIZE, missed: bool = False
) -> tuple[Pool, str]:
    """Ask for room; return the pool and the poll's id, empty if it got none."""
    poll = f"poll-{next(NUMBERS)}"
    asking = Asking(poll_id=poll, activity_arn=arn, weight=WEIGHTS[arn], is_missed=missed)
    pool = pool.reserved(asking, size, now, poll)
    return pool, poll if poll in pool.held else ""


def free(pool: Pool, *polls: str, now: float = 0.0) -> Pool:
    """Free these polls' slots."""
    return pool.freed(polls, SIZE, now, f"free-{next(NUMBERS)}")


def held(pool: Pool) -> list[str]:
    """Return the activities that hold slots."""
    return sorted(share.activity_arn for share in pool.held.values())


def called(pool: Pool) -> list[str]:
    """Return the activities for which room is upheld."""
    return [call.activity_arn for call in pool.calls.values()]


def full_of_lights() -> tuple[Pool, list[str]]:
    """Return a pool whose slots four light jobs hold."""
    pool, polls = Pool(), []
    for _ in range(SIZE):
        pool, poll = ask(pool, LIGHT)
        polls.append(poll)
    return pool, polls


def test_weights_count() -> None:
    pool, _ = ask(Pool(), HEAVY)
    pool, light = ask(pool, LIGHT)
    assert light
    pool, none = ask(pool, LIGHT)
    assert (none, held(pool), pool.used, pool.waiting) == ("", [HEAVY, LIGHT], 4, 1)


def test_a_poll_that_asks_twice_holds_once() -> None:
    asking = Asking(poll_id="a", activity_arn=HEAVY, weight=3)
    pool = Pool().reserved(asking, SIZE, 0.0, "1")
    assert pool.reserved(asking, SIZE, 0.0, "2").used == 3


def test_light_ones_do_not_pass_a_heavy_one_that_waits() -> None:
    pool, polls = full_of_lights()
    pool, none = ask(pool, HEAVY)
    assert not none
    for poll in polls[:2]:
        pool = free(pool, poll)
        pool, none = ask(pool, LIGHT)
        assert not none
    pool = free(pool, polls[2])
    assert called(pool) == [HEAVY]
    pool, heavy = ask(pool, HEAVY)
    assert heavy
    assert pool.waiting == 2


def test_who_leaves_room_for_those_ahead_may_pass() -> None:
    pool, heavy = ask(Pool(), HEAVY, size=8)
    pool, _ = ask(pool, HEAVY, size=8)
    pool, none = ask(pool, HEAVY, size=8)
    assert not none
    pool = pool.freed([heavy], 8, 0.0, "x")
    assert called(pool) == [HEAVY]
    pool, light = ask(pool, LIGHT, size=8)
    assert light


def test_a_call_is_for_its_activity_and_ends_after_a_while() -> None:
    pool, polls = full_of_lights()
    pool, _ = ask(pool, HEAVY)
    pool = free(pool, *polls).sent(["x"])
    assert called(pool) == [HEAVY]
    pool = pool.sent(list(pool.calls))
    pool, light = ask(pool, LIGHT)
    assert light
    pool, none = ask(pool, LIGHT)
    assert not none
    pool = free(pool, now=CALL_SECONDS + 1)
    assert called(pool) == [LIGHT]
    assert pool.waiting == 0


def test_a_call_whose_request_was_perhaps_not_sent_waits_again() -> None:
    pool, polls = full_of_lights()
    pool, _ = ask(pool, HEAVY)
    pool = free(pool, *polls)
    assert (called(pool), pool.waiting) == ([HEAVY], 0)
    pool = free(pool, now=CALL_SECONDS + 1)
    assert (called(pool), pool.waiting) == ([HEAVY], 0)
    assert next(iter(pool.calls.values())).until > CALL_SECONDS + 1


def test_room_that_an_activity_can_not_use_goes_to_others() -> None:
    pool, polls = full_of_lights()
    for arn in (HEAVY, LIGHT):
        pool, _ = ask(pool, arn)
    pool = free(pool, *polls[:3])
    assert called(pool) == [HEAVY]
    pool = pool.declined(HEAVY, SIZE, 0.0, "declined")
    assert called(pool) == [LIGHT]


def test_a_job_heavier_than_the_pool_gets_all_of_it() -> None:
    pool, poll = ask(Pool(), HEAVY, size=2)
    assert poll
    assert pool.used == 2
    pool, poll = ask(pool, LIGHT, size=2)
    assert not poll


def test_a_poll_for_missed_tasks_neither_waits_nor_upholds_room() -> None:
    pool, polls = full_of_lights()
    pool, none = ask(pool, HEAVY, missed=True)
    assert (none, pool.waiting, pool.line) == ("", 0, {})
    pool = free(pool, polls[0])
    assert called(pool) == []
    pool, light = ask(pool, LIGHT)
    assert light


def test_a_poll_for_missed_tasks_does_not_pass_those_who_wait() -> None:
    pool, polls = full_of_lights()
    pool, _ = ask(pool, HEAVY)
    pool = free(pool, polls[0])
    pool, none = ask(pool, LIGHT, missed=True)
    assert not none


def test_a_poll_for_missed_tasks_that_was_put_off_for_an_hour_is_called_once() -> None:
    pool, polls = full_of_lights()
    for now in (0.0, PUT_OFF_SECONDS - 1, PUT_OFF_SECONDS):
        pool, none = ask(pool, HEAVY, now=now, missed=True)
        assert not none
    now = PUT_OFF_SECONDS
    pool = free(pool, *polls[:3], now=now)
    assert [call.is_missed for call in pool.calls.values()] == [True]
    # An ordinary request does not use its room up.
    pool, none = ask(pool, HEAVY, now=now)
    assert not none
    pool, missed = ask(pool, HEAVY, now=now, missed=True)
    assert missed
    assert pool.put_off == {}
    pool, none = ask(pool, LIGHT, now=now, missed=True)
    assert not none
    pool = free(pool, missed, now=now)
    assert [(call.activity_arn, call.is_missed) for call in pool.calls.values()] == [(HEAVY, False)]


@pytest.mark.parametrize("seed", range(20))
def test_never_over_its_size_all_are_served_and_none_starves(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (no secret)
    pool, running, wanted, waited = Pool(), list[str](), [LIGHT] * 60 + [HEAVY] * 20, list[int]()
    chance.shuffle(wanted)
    queue, rounds = list(wanted), 0
    while queue or running or pool.waiting:
        rounds += 1
        assert rounds < 2_000
        assert sum(WEIGHTS[arn] for arn in held(pool)) <= SIZE
        for _ in range(chance.randrange(4)):
            if queue:
                arn = queue.pop(chance.randrange(len(queue)))
                pool, poll = ask(pool, arn, now=rounds)
                running += [poll] if poll else []
        chance.shuffle(running)
        before = set(pool.calls)
        pool = free(pool, *running[:1], now=rounds)
        running = running[1:]
        queue += [pool.calls[call].activity_arn for call in pool.calls if call not in before]
        waited.append(pool.waiting)
    assert (pool.used, pool.line) == (0, {})


def test_polls_for_missed_tasks_hold_up_who_comes_for_one_poll_only() -> None:
    """They hold their weight for a minute: none may follow on another while somebody waits."""
    pool, first = ask(Pool(), HEAVY, missed=True)
    pool, second = ask(pool, LIGHT, missed=True)
    assert all((first, second))
    pool, none = ask(pool, HEAVY)
    assert not none
    pool = free(pool, second)
    pool, none = ask(pool, LIGHT, missed=True)
    assert not none
    pool = free(pool, first)
    assert called(pool) == [HEAVY]
    # The room that is upheld is not for them either.
    for _ in range(2):
        pool, _ = ask(pool, LIGHT, missed=True)
    assert pool.used == SIZE
    pool, heavy = ask(pool, HEAVY)
    assert heavy
