"""Programs that the kernel kills for memory are counted."""

import pytest

from activity_dispatch.worker.container.memory import oom_kills


@pytest.mark.parametrize(
    ("membership", "path", "text", "kills"),
    [
        ("0::/a\n", "a/memory.events", "low 0\noom 3\noom_kill 2\n", 2),
        ("0::/elsewhere\n", "memory.events", "oom_kill 2\n", 2),
        ("9:cpu:/b\n8:memory:/b\n", "memory/b/memory.oom_control", "under_oom 0\noom_kill 1\n", 1),
        ("8:memory:/docker/b\n", "memory/memory.oom_control", "oom_kill 4\n", 4),
        ("8:memory:/b\n", "memory/b/memory.oom_control", "under_oom 0\n", 0),
        ("0::/a\n", "a/other", "", 0),
        (None, "memory.events", "oom_kill 2\n", 0),
    ],
)
def test_kills_are_counted_in_either_version_of_cgroups(tmp_path, membership, path, text, kills) -> None:
    if membership is not None:
        (tmp_path / "membership").write_text(membership)
    file = tmp_path / "cgroup" / path
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert oom_kills(tmp_path / "cgroup", tmp_path / "membership") == kills
