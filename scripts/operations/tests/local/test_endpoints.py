"""AWS_ENDPOINT_URL names any emulator, over TLS too, with the certificate that AWS_CA_BUNDLE has."""

import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from operations.clients import session_for
from operations.deploy import terraform
from operations.errors import OperationError
from operations.local import cloud

if TYPE_CHECKING:
    from operations.outputs import Outputs


class Emulator(BaseHTTPRequestHandler):
    """It answers everything, and so ListTables, with an empty object."""

    def do_GET(self) -> None:
        body = json.dumps({"TableNames": ["found"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 (http.server's name)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate of its own for 127.0.0.1, in one file."""
    file = tmp_path / "server.pem"
    name = ["-subj", "/CN=emulator", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name]
    done = subprocess.run([*command, "-keyout", "-"], check=True, capture_output=True, text=True)
    file.write_text(done.stdout)
    return file


@pytest.fixture
def emulator(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Emulator)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    endpoint = f"https://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    yield endpoint
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_emulator_over_tls_answers(emulator: str) -> None:
    assert cloud.endpoint() == emulator
    assert cloud.answers()


def test_a_certificate_that_is_not_trusted_is_no_answer_and_says_what_to_do(
    emulator: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_CA_BUNDLE")
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises(OperationError, match="run `make second-cloud-up` first, and set AWS_CA_BUNDLE"):
        cloud.must_answer(emulator)


def test_a_bundle_that_is_not_there_is_named(emulator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", "nowhere.crt")
    with pytest.raises(OperationError, match=r"AWS_CA_BUNDLE names no certificates: 'nowhere\.crt'"):
        cloud.answers()


def test_clients_speak_to_an_emulator_over_tls(emulator: str) -> None:
    outputs = cast("Outputs", SimpleNamespace(endpoint=emulator, region="eu-west-1"))
    assert session_for(outputs).client("dynamodb").list_tables()["TableNames"] == ["found"]


def test_terraform_gets_its_address(emulator: str) -> None:
    assert terraform._variables("local")["TF_VAR_endpoint"] == emulator


def test_a_cloud_over_tls_is_never_started_here(emulator: str, cloud_calls: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cloud, "answers", lambda _at=None: True)
        assert cloud.start() == cloud.Cloud(endpoint=emulator, borrowed=True)
    assert cloud_calls == []


@pytest.mark.parametrize(
    "given",
    [
        "127.0.0.1:4566",
        "https://127.0.0.1",
        "ftp://host:1",
        "http://host:70000",
        "http://host:0",
        "https://host:1/path",
    ],
)
def test_an_invalid_endpoint_is_quoted(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", given)
    with pytest.raises(OperationError) as raised:
        cloud.endpoint()
    assert (
        str(raised.value) == f"AWS_ENDPOINT_URL must be http://HOST:PORT or https://HOST:PORT, not {given!r}"
    )


def test_without_it_the_address_is_localstack_client_s(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "LOCALSTACK_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EDGE_PORT", "4650")
    assert cloud.endpoint() == "http://127.0.0.1:4650"
