"""A pool: slots that several activities share. Who gets them is decided here; nothing here is stored or sent.

A poll holds its activity's `weight` in slots. A request that finds too little room is counted, and its
activity gets a place in line. Freed room goes to the activities in line, in turn: one is called by a request
in place of the counted one, and room is upheld for it until it comes. Nobody passes who would take the room
of those ahead, so a heavy activity does not starve behind light ones.

A poll for missed tasks is not counted and has no place: it may find nothing, and would hold up the others
for a minute, again and again. It gets what is free while nobody waits. One that has been put off for an hour
is called once, in turn, so that no missed task is lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

# How long room is upheld for a request that was sent. One that comes later gets in line again.
CALL_SECONDS = 90.0
PUT_OFF_SECONDS = 3_600.0
# The last changes, by which a repetition is recognised.
KEPT_CHANGES = 8


@dataclass(frozen=True, kw_only=True)
class PoolRoom:
    """What a job holds in a pool: the poll under whose id its slots are."""

    pool: str
    holder: str


@dataclass(frozen=True, kw_only=True)
class Share:
    """The slots of one poll: whose, and how many."""

    activity_arn: str
    weight: int


@dataclass(frozen=True, kw_only=True)
class Call:
    """Room that is upheld for a request, until a time in seconds since 1970."""

    activity_arn: str
    weight: int
    until: float
    is_sent: bool = False
    is_missed: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """An activity's place in line, and how many requests wait there; `missed`: a poll for missed tasks."""

    ticket: int
    weight: int
    count: int = 0
    missed: bool = False


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks for room: a poll of an activity; without `waits` it is not counted if there is none."""

    poll_id: str
    activity_arn: str
    weight: int
    is_missed: bool = False
    waits: bool = True


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A pool at one time; each method returns the next one. Times are in seconds since 1970."""

    held: Mapping[str, Share] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)
    line: Mapping[str, Place] = field(default_factory=dict)
    put_off: Mapping[str, float] = field(default_factory=dict)
    tickets: int = 0
    changes: tuple[str, ...] = ()

    @property
    def used(self) -> int:
        """The slots that are held or upheld."""
        return sum(share.weight for share in self.held.values()) + sum(c.weight for c in self.calls.values())

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return sum(place.count for place in self.line.values())

    def waits_for(self, activity_arn: str) -> int:
        """Return how many requests of an activity wait or are called."""
        place = self.line.get(activity_arn)
        called = sum(call.activity_arn == activity_arn for call in self.calls.values())
        return called + (0 if place is None else place.count)

    def reserved(self, asking: Asking, size: int, now: float, change: str) -> "Pool":
        """Let a poll hold its slots if there is room for it; if not, count its request."""
        pool = self.expired(now)
        if asking.poll_id in pool.held:
            return pool
        taken = pool._take(asking, size)
        return (taken or pool._left(asking, now)).called(size, now, change)

    def freed(self, holders: Iterable[str], size: int | None, now: float, change: str) -> "Pool":
        """Free slots, ignoring unknown holders, and call those who now fit."""
        gone = frozenset(holders)
        pool = self.expired(now)
        pool = replace(pool, held={name: share for name, share in pool.held.items() if name not in gone})
        return pool if size is None else pool.called(size, now, change)

    def declined(self, activity_arn: str, size: int, now: float, change: str) -> "Pool":
        """Give up the room upheld for an activity that can't use it now, and call others."""
        pool = self.expired(now)
        call = pool._call_of(activity_arn, is_missed=False)
        if call is None:
            return pool
        pool = replace(pool, calls=_without(pool.calls, call))
        return pool.called(size, now, change, besides=activity_arn)

    def sent(self, calls: Iterable[str]) -> "Pool":
        """Note that the requests of these calls were sent."""
        known = {name: replace(self.calls[name], is_sent=True) for name in calls if name in self.calls}
        return replace(self, calls={**self.calls, **known})

    def expired(self, now: float) -> "Pool":
        """Uphold no room for requests that did not come; one that was perhaps never sent waits again."""
        pool = self
        for name, call in self.calls.items():
            if call.until < now:
                pool = replace(pool, calls=_without(pool.calls, name))
                if not call.is_sent:
                    pool = pool._in_line(call.activity_arn, call.weight, is_missed=call.is_missed)
        return pool

    def called(self, size: int, now: float, change: str, *, besides: str = "") -> "Pool":
        """Uphold room for the first in line, as many as fit; the first one that does not ends it."""
        pool = self
        while ahead := [each for each in _in_order(pool.line) if each[0] != besides]:
            arn, place = ahead[0]
            weight = min(place.weight, size)
            if pool.used + weight > size:
                break
            # A poll for missed tasks comes first: it is the one that was put off.
            call = Call(activity_arn=arn, weight=weight, until=now + CALL_SECONDS, is_missed=place.missed)
            rest = replace(place, ticket=pool.tickets, missed=False, count=place.count - (not place.missed))
            line = {**pool.line, arn: rest} if rest.count else _without(pool.line, arn)
            calls = {**pool.calls, f"{change}-{len(pool.calls)}-{pool.tickets}": call}
            pool = replace(pool, calls=calls, line=line, tickets=pool.tickets + 1)
        return pool

    def noting(self, change: str) -> "Pool":
        """Return the pool with this as its last change."""
        return replace(self, changes=(*self.changes, change)[-KEPT_CHANGES:])

    def _take(self, asking: Asking, size: int) -> "Pool | None":
        weight = min(asking.weight, size)
        call = self._call_of(asking.activity_arn, is_missed=asking.is_missed)
        calls = self.calls if call is None else _without(self.calls, call)
        pool = replace(self, calls=calls)
        room = size - pool.used - weight
        if room < 0 or (call is None and room < self._upheld(asking, size)):
            return None
        share = Share(activity_arn=asking.activity_arn, weight=weight)
        put_off = _without(pool.put_off, asking.activity_arn) if asking.is_missed else pool.put_off
        return replace(pool, held={**pool.held, asking.poll_id: share}, put_off=put_off)

    def _upheld(self, asking: Asking, size: int) -> int:
        """Return the room that must be left: one job's of each activity ahead in line."""
        if asking.is_missed:
            return size if self.line else 0
        own = self.line.get(asking.activity_arn)
        ahead = [
            place
            for arn, place in self.line.items()
            if arn != asking.activity_arn and (own is None or place.ticket < own.ticket)
        ]
        return sum(min(place.weight, size) for place in ahead)

    def _left(self, asking: Asking, now: float) -> "Pool":
        arn = asking.activity_arn
        if not asking.is_missed:
            return self._in_line(arn, asking.weight) if asking.waits else self
        since = self.put_off.get(arn, now)
        if now - since < PUT_OFF_SECONDS:
            return replace(self, put_off={**self.put_off, arn: since})
        pool = replace(self, put_off=_without(self.put_off, arn))
        return pool._in_line(arn, asking.weight, is_missed=True)

    def _in_line(self, activity_arn: str, weight: int, *, is_missed: bool = False) -> "Pool":
        place = self.line.get(activity_arn) or Place(ticket=self.tickets, weight=weight)
        missed, count = place.missed or is_missed, place.count + (not is_missed)
        place = replace(place, weight=weight, count=count, missed=missed)
        return replace(self, line={**self.line, activity_arn: place}, tickets=self.tickets + 1)

    def _call_of(self, activity_arn: str, *, is_missed: bool) -> str | None:
        for name, call in self.calls.items():
            if call.activity_arn == activity_arn and call.is_missed == is_missed:
                return name
        return None


def _in_order(line: Mapping[str, Place]) -> list[tuple[str, Place]]:
    return sorted(line.items(), key=lambda each: each[1].ticket)


def _without[T](things: Mapping[str, T], name: str) -> Mapping[str, T]:
    return {key: value for key, value in things.items() if key != name}
