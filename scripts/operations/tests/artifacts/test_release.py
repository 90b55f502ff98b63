"""`make release`: zips under keys with their hashes, and the packages.json that Terraform reads."""

import base64
import hashlib
import json
from pathlib import Path

import pytest

from operations.artifacts.release import release
from operations.errors import OperationError


@pytest.fixture
def zips(checkout: Path) -> Path:
    for name in ("common", "dispatcher", "reporter"):
        (checkout / "functions" / name).mkdir(parents=True)
        (checkout / "functions" / name / "pyproject.toml").touch()
    folder = checkout / "build/zip"
    folder.mkdir(parents=True)
    for name in ("dispatcher", "reporter"):
        (folder / f"{name}.zip").write_text(name)
    return folder


def test_a_release_names_each_zip_by_its_hash(zips: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packages = json.loads(release("releases", "dispatch/").read_text())
    digest = hashlib.sha256(b"reporter")
    key = f"reporter-{digest.hexdigest()[:16]}.zip"
    assert packages["bucket"] == "releases"
    assert list(packages["zips"]) == ["dispatcher", "reporter"]
    assert packages["zips"]["reporter"] == {
        "key": f"dispatch/{key}",
        "hash": base64.b64encode(digest.digest()).decode(),
    }
    assert (zips.parent / "release/zips" / key).read_text() == "reporter"
    assert "aws s3 cp --recursive build/release/zips s3://releases/dispatch/" in capsys.readouterr().out


def test_a_release_replaces_the_one_before(zips: Path) -> None:
    release("releases", "")
    (zips / "reporter.zip").write_text("new")
    release("releases", "")
    assert len(list((zips.parent / "release/zips").iterdir())) == 2


def test_a_release_needs_a_bucket(zips: Path) -> None:
    with pytest.raises(OperationError, match="BUCKET must be set"):
        release("", "")
