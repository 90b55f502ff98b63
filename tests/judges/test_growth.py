"""Policies that are too long, and those that grow with the activities, are told."""

from tests.judges import growth
from tests.judges.documents import Document, Place

ROLE = "module.dispatcher.aws_iam_role_policy.this"
IN_STACK = f"module.stack.{growth.CONTROL_PLANE}{ROLE}"


def _policy(size: int, *, address: str = f'{ROLE}["jobs"]', run: str = "r", test: str = "t") -> Document:
    """A policy of so many characters in JSON without white space."""
    empty = {"Statement": [{"Resource": ""}]}
    place = Place(folder=growth.FOLDER, test=test, run=run, address=address, attribute="policy")
    filling = "x" * (size - len('{"Statement":[{"Resource":""}]}'))
    value = {"Statement": [{**empty["Statement"][0], "Resource": filling}]}
    return Document(kind="policy", value=value, places=(place,))


def _compared(*documents: Document) -> list[str]:
    return list(growth.faults(documents))


def _in_stack(run: str, size: int = 100, key: str = "jobs") -> Document:
    return _policy(size, address=f'{IN_STACK}["{key}"]', run=run, test=growth.TEST)


SAME = (_in_stack("none"), _in_stack("many"))


def test_policies_of_a_role_fit_together() -> None:
    first = _policy(growth.ROLE_LIMIT - 100)
    assert _compared(*SAME, first, _policy(100, address=f'{ROLE}["logs"]')) == []
    (fault,) = _compared(*SAME, first, _policy(101, address=f'{ROLE}["logs"]'))
    assert "in module.dispatcher have 10241 characters (t, run r)" in fault


def test_roles_of_other_modules_and_run_blocks_do_not_count() -> None:
    first = _policy(growth.ROLE_LIMIT)
    elsewhere = _policy(50, address="module.reporter.aws_iam_role_policy.this")
    assert _compared(*SAME, first, elsewhere, _policy(50, run="other")) == []


def test_a_policy_that_grows_with_activities_is_told() -> None:
    (fault,) = _compared(_in_stack("none"), _in_stack("many", 101))
    assert "run none and run many differ" in fault
    assert IN_STACK in fault


def test_a_policy_that_comes_with_activities_is_told() -> None:
    (fault,) = _compared(*SAME, _in_stack("many", key="backend-words"))
    assert 'this["backend-words"].policy must not depend on activities' in fault


def test_nothing_to_compare_is_a_fault() -> None:
    (fault,) = _compared(_in_stack("none"))
    assert "must have run blocks with and without activities" in fault
