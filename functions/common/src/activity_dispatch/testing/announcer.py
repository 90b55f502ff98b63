"""Events about tasks, in memory."""

from dataclasses import dataclass, field

from activity_dispatch.domain.events import Event, EventKind


@dataclass(kw_only=True)
class RecordedEvents:
    """Records events in order, each with its bus."""

    recorded: list[tuple[str, Event]] = field(default_factory=list)

    def put(self, bus_arn: str, event: Event) -> None:
        """Record an event."""
        self.recorded.append((bus_arn, event))

    def flush(self) -> None:
        """Do nothing: events stay recorded."""

    def of(self, kind: EventKind) -> list[Event]:
        """Return the events of one kind."""
        return [event for _, event in self.recorded if event.kind is kind]
