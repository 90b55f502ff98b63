"""What every store of leases promises: one holder at a time."""

import pytest

from activity_dispatch.store.dynamodb.leases import DynamoLeases
from activity_dispatch.store.leases import LeaseRecord
from activity_dispatch.testing import InMemoryLeases, InMemoryTaskTable


@pytest.fixture
def leases(table):
    """The leases in the table."""
    if isinstance(table, InMemoryTaskTable):
        return InMemoryLeases()
    return DynamoLeases(client=table.client, table=table.name)


def record(holder: str, until: float) -> LeaseRecord:
    return LeaseRecord(holder=holder, held_until=until)


def test_a_lease_has_one_holder_until_it_expires(leases) -> None:
    assert leases.read("poller") is None
    assert leases.take("poller", record("a", 20.5), now=0.0)
    assert not leases.take("poller", record("b", 30.0), now=20.0)
    assert leases.read("poller") == record("a", 20.5)
    assert leases.take("poller", record("b", 40.0), now=20.5)
    assert not leases.take("poller", record("a", 40.0), now=21.0)


def test_a_holder_can_renew_its_lease(leases) -> None:
    leases.take("poller", record("a", 20.0), now=0.0)
    assert leases.take("poller", record("a", 25.0), now=5.0)
    assert leases.read("poller") == record("a", 25.0)


def test_a_lease_that_is_given_back_is_free(leases) -> None:
    assert not leases.give_back("poller", "a")
    leases.take("poller", record("a", 20.0), now=0.0)
    assert not leases.give_back("poller", "b")
    assert leases.give_back("poller", "a")
    assert leases.take("poller", record("b", 20.0), now=1.0)


def test_leases_are_not_tasks_and_are_independent(leases, table) -> None:
    assert leases.take("poller", record("a", 20.0), now=0.0)
    assert leases.take("other", record("b", 20.0), now=0.0)
    assert table.overview().tasks == ()
