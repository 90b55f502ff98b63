"""CloudWatch Logs in memory, shaped like boto3's client."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True)
class FakeLogs:
    """Holds log lines by group and stream; any other stream has the `default` lines."""

    lines: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    default: list[str] = field(default_factory=list)

    def get_log_events(
        self,
        *,
        logGroupName: str,  # noqa: N803
        logStreamName: str,  # noqa: N803
        limit: int,
        **_: object,
    ) -> dict[str, Any]:
        """Return a stream's last lines, oldest first."""
        lines = self.lines.get((logGroupName, logStreamName), self.default)
        return {"events": [{"message": line} for line in lines[-limit:]]}
