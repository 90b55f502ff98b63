"""Checkpoints behave the same in a folder and in S3."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from training.checkpoints import KEPT, FolderStore, S3Store, Store, newest, save
from training.history import Epoch, History


@pytest.fixture(params=["folder", "s3", "s3 without a slash"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    if request.param == "folder":
        yield FolderStore(folder=tmp_path / "checkpoints")
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="bucket")
        # Another training's: never read.
        client.put_object(Bucket="bucket", Key="one-more/epoch-00099.pt", Body=b"")
        client.put_object(Bucket="bucket", Key="one/below/epoch-00099.pt", Body=b"")
        yield S3Store(client=client, uri="s3://bucket/one" + ("/" if request.param == "s3" else ""))


def test_at_first_there_are_no_checkpoints(store: Store) -> None:
    assert list(newest(store)) == []


def test_the_newest_come_first_and_the_oldest_are_removed(store: Store) -> None:
    for epoch in (1, 2, 9, 10, 11):
        save(store, epoch, f"state {epoch}".encode())
    assert list(newest(store)) == [(11, b"state 11"), (10, b"state 10")]
    assert len([name for name in store.names() if name.endswith(".pt")]) == KEPT


def test_other_files_are_not_taken_for_checkpoints(store: Store) -> None:
    store.write("history.json", b"{}")
    store.write("epoch-1.pt", b"")
    save(store, 1, b"state")
    assert list(newest(store)) == [(1, b"state")]
    assert store.read("history.json") == b"{}"


def test_a_folder_never_shows_half_a_file(tmp_path: Path) -> None:
    save(FolderStore(folder=tmp_path), 1, b"state")
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-00001.pt"]


def test_a_history_is_read_as_it_was_written() -> None:
    epoch = Epoch(epoch=1, train_loss=0.1, validation_loss=1 / 3, validation_accuracy=0.97)
    history = History(of=2, epochs=[epoch], resumed_after=[1])
    assert History.from_json(history.to_json()) == history
    assert (
        epoch.line(2) == "epoch=1/2 train_loss=0.100000 validation_loss=0.333333 validation_accuracy=0.970000"
    )
