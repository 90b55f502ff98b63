"""The address of a container's log."""

import http.server
import threading

import pytest

from activity_dispatch.worker.container.log_address import log_url_of


@pytest.mark.parametrize(
    ("answer", "address"),
    [
        (
            '{"LogOptions": {"awslogs-group": "/g", "awslogs-stream": "s/1"}}',
            "log-group/$252Fg/log-events/s$252F1",
        ),
        ('{"LogOptions": {}}', None),
        ("{}", None),
        ("no json", None),
    ],
)
def test_the_address_comes_from_the_containers_metadata(answer, address) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request).start()
        url = log_url_of({"ECS_CONTAINER_METADATA_URI_V4": f"http://127.0.0.1:{server.server_port}/v4/a"})
    if address is None:
        assert url is None
    else:
        assert address in (url or "")


def test_outside_ecs_there_is_no_address() -> None:
    assert log_url_of({}) is None
    assert log_url_of({"ECS_CONTAINER_METADATA_URI_V4": "http://127.0.0.1:1/"}) is None
