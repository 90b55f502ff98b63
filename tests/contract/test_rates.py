"""What every store of rates promises: a mark moves on once for each change, and not past its limit."""

import pytest

from activity_dispatch.store.rates import Mark

ARN = "arn:aws:states:eu-west-1:000000000000:activity:work"


@pytest.fixture
def advance(rates):
    def advance(change: str, *, base: float = 100.0, latest: float = 102.0, mark: Mark = Mark.START):
        return rates.advance(ARN, mark, base=base, latest=latest, step=1.5, change=change)

    return advance


def test_a_mark_moves_on_up_to_its_limit(advance, rates) -> None:
    assert [advance(change) for change in "abc"] == [100.0, 101.5, None]
    assert rates.read(ARN, Mark.START) == 103.0


def test_a_mark_that_is_past_begins_again(advance) -> None:
    assert [advance("a"), advance("b", base=200.0, latest=200.0)] == [100.0, 200.0]
    assert advance("c", base=200.0, latest=201.0) is None


def test_marks_and_activities_are_apart(advance, rates) -> None:
    advance("a")
    assert rates.read(ARN, Mark.RETRY) == 0.0
    assert advance("a", mark=Mark.RETRY) == 100.0
    assert rates.read(ARN + "2", Mark.START) == 0.0


def test_a_repeated_change_moves_a_mark_once(advance, rates) -> None:
    assert [advance("a"), advance("a"), advance("b"), advance("b")] == [100.0, 100.0, 101.5, 101.5]
    assert rates.read(ARN, Mark.START) == 103.0
