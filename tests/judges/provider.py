"""One running provider for all tests with mocks, which shows Terraform the used part of its schema only.

Usage: python -m tests.judges.provider BINARY FOLDER... Prints the value of TF_REATTACH_PROVIDERS and serves
until it is ended. Reading the whole schema, and printing it with each plan, would be nine tenths of
Terraform's time: this forwards all calls, and cuts what no file in the folders names out of one answer.
Source: https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/tfplugin5.proto
"""

import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc

NAMED = re.compile(r'^\s*(?:resource|data|mock_resource|mock_data|override_\w+)\s+"(aws_\w+)"', re.MULTILINE)
ADDRESSED = re.compile(r"\b(aws_[a-z0-9_]+)\.")
ATTACH = re.compile(r"TF_REATTACH_PROVIDERS='(.*)'")
SCHEMA = "/tfplugin5.Provider/GetSchema"
# The fields of its answer that are maps by type: resources, data sources, ephemeral resources and so on.
BY_TYPE = {2, 3, 8, 9, 10, 11}
# Calls that go-plugin makes for each connection, and that do not end before it does: at the end of all tests.
ENDLESS = ("/plugin.GRPCStdio/", "/plugin.GRPCBroker/")
THREADS = 64
OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def used_types(folders: Iterable[Path]) -> frozenset[str]:
    """Return the resource and data source types that Terraform's files there name."""
    files = (file for folder in folders for end in ("tf", "hcl") for file in folder.rglob(f"*.{end}"))
    texts = [file.read_text() for file in files if ".terraform" not in file.parts]
    return frozenset(name for text in texts for kind in (NAMED, ADDRESSED) for name in kind.findall(text))


def cut(answer: bytes, types: frozenset[str]) -> bytes:
    """Return the schema without other types than these."""
    return b"".join(
        answer[begin:end]
        for number, begin, content, end in _fields(answer)
        if number not in BY_TYPE or _key(answer[content:end]) in types
    )


def _fields(message: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield the message's fields: number, and where it begins, its content begins and it ends.

    Source: https://protobuf.dev/programming-guides/encoding/
    """
    at = 0
    while at < len(message):
        begin = at
        tag, at = _number(message, at)
        if tag & 7 != 2:
            raise ValueError(f"field {tag >> 3} is no message: the plugin protocol has changed")
        size, at = _number(message, at)
        yield tag >> 3, begin, at, at + size
        at += size


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _key(entry: bytes) -> str:
    """Return the key of a map's entry, which is its field 1."""
    for number, _, content, end in _fields(entry):
        if number == 1:
            return entry[content:end].decode()
    return ""


class Forward(grpc.GenericRpcHandler):
    """Passes on every call of every service, unread, but for the schema: that is asked for once."""

    def __init__(self, channel: grpc.Channel, types: frozenset[str]) -> None:
        """Forward to `channel`."""
        self._channel, self._types = channel, types
        self._schema: bytes | None = None

    def service(self, details: Any) -> Any:
        """Return the handler of a call."""
        method = details.method
        if method.startswith(ENDLESS):
            return None
        call = self._channel.stream_stream(method)

        def forward(requests: Iterator[bytes], context: grpc.ServicerContext) -> Iterator[bytes]:
            if method == SCHEMA and self._schema is not None:
                yield self._schema
                return
            try:
                answers = call(requests)
                context.add_callback(answers.cancel)
                for answer in answers:
                    if method == SCHEMA:
                        self._schema = cut(answer, self._types)
                    yield self._schema if method == SCHEMA else answer
            except grpc.RpcError as error:
                context.abort(error.code(), error.details())

        # On the wire a call with one message is a stream of one.
        return grpc.stream_stream_rpc_method_handler(forward)


def main(binary: str, folders: Iterable[Path]) -> None:
    """Start the provider, serve, and end it with this process."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with subprocess.Popen(
        [binary, "-debug"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as real:
        try:
            assert real.stdout is not None
            found = next(match for line in real.stdout if (match := ATTACH.search(line)))
            attach = json.loads(found[1])
            ((name, provider),) = attach.items()
            _serve(name, provider, used_types(folders))
        finally:
            real.terminate()


def _serve(name: str, provider: dict[str, Any], types: frozenset[str]) -> None:
    where = provider["Addr"]
    target = f"unix:{where['String']}" if where["Network"] == "unix" else where["String"]
    with tempfile.TemporaryDirectory(prefix="provider-") as folder:
        socket = f"{folder}/socket"
        server = grpc.server(ThreadPoolExecutor(THREADS), options=OPTIONS)
        server.add_generic_rpc_handlers([Forward(grpc.insecure_channel(target, options=OPTIONS), types)])
        server.add_insecure_port(f"unix:{socket}")
        server.start()
        here = {**provider, "Addr": {"Network": "unix", "String": socket}}
        print(f"TF_REATTACH_PROVIDERS='{json.dumps({name: here})}'", flush=True)
        server.wait_for_termination()


if __name__ == "__main__":
    main(sys.argv[1], [Path(folder) for folder in sys.argv[2:]])
