"""The table of patches is complete: each is tested, documented, and can be left out."""

from pathlib import Path

import pytest
from test_stock_bugs import SHOWS

from localcloud import patch_table, patches

HERE = Path(__file__).parent


def test_each_patch_has_a_test_that_shows_its_bug() -> None:
    files = sorted(HERE.glob("test_stock_*.py"))
    shown = "".join(file.read_text(encoding="utf-8") for file in files)
    tested = {patch.name for patch in patch_table.PATCHES if not patch.module.startswith(COMPUTE)}
    assert set(SHOWS) == tested
    for test in SHOWS.values():
        assert f"def {test}(" in shown


def test_each_patch_is_in_the_readme() -> None:
    readme = (HERE.parent / "README.md").read_text(encoding="utf-8")
    for patch in patch_table.PATCHES:
        assert f"`{patch.name}`" in readme


def test_patch_names_are_unique() -> None:
    names = [patch.name for patch in patch_table.PATCHES]
    assert len(set(names)) == len(names)


def test_patches_can_be_left_out() -> None:
    assert patches.left_out("") == frozenset()
    assert patches.left_out("activity-tags, size-limits") == {"activity-tags", "size-limits"}
    assert patches.left_out("all") == {patch.name for patch in patch_table.PATCHES}
    with pytest.raises(patches.UnknownPatchError, match="no such patch: nonsense"):
        patches.left_out("activity-tags,nonsense")


COMPUTE = "localcloud.compute"
