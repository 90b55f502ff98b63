"""A state machine with two of the stack's activities."""


def test_the_second_activity_processes_what_the_first_returns(faulty) -> None:
    ended = faulty.run({"return": {"return": 42}}, "pair")
    assert (ended.status, ended.output) == ("SUCCEEDED", "42")
