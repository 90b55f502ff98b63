"""Links to logs in the console."""

from activity_dispatch.domain.jobs import LogLocation
from activity_dispatch.observe.log_links import log_url


def test_the_url_is_escaped_as_the_console_expects(monkeypatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert log_url(LogLocation(group="/aws/lambda/f", stream="2026/[$LATEST]a")).endswith(
        "region=eu-west-1#logsV2:log-groups/log-group/$252Faws$252Flambda$252Ff"
        "/log-events/2026$252F$255B$2524LATEST$255Da"
    )
