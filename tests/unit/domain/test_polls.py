"""A poll's id, and the worker name that carries it."""

import pytest

from activity_dispatch.domain.polls import new_poll_id, poll_id_of, poll_time, worker_name


def test_a_poll_id_is_read_back_from_the_worker_name() -> None:
    poll_id = new_poll_id(1_763_900_000.9)
    name = worker_name(poll_id, "dispatcher 2026/11/23/[$LATEST]" + "0" * 80)
    assert len(name) == 80
    assert poll_id_of(name) == poll_id
    assert poll_time(poll_id) == 1_763_900_000


def test_polls_in_the_same_second_have_different_ids() -> None:
    assert len({new_poll_id(1.0) for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("name", ["", "worker", "6742f0000000000", "6742F00000000001", "6742f000000000011 x"])
def test_other_worker_names_have_no_poll_id(name: str) -> None:
    assert poll_id_of(name) is None
