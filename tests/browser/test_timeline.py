"""The timeline in a real browser: it renders, filters, zooms, explains itself, and stays fast."""

import statistics
from collections.abc import Callable

import pytest
from tests.browser.conftest import Opened

Show = Callable[..., Opened]
# A bar's middle on the screen: of the first task that has this outcome.
BAR = """(outcome) => {
  const { chart } = window.timeline;
  const option = chart.getOption();
  const bar = option.series[0].data.find((item) => item.task.outcome === outcome);
  const middle = [(bar.value[0] + bar.value[1]) / 2, bar.value[2] + 0.5];
  const [x, y] = chart.convertToPixel({ seriesIndex: 0 }, middle);
  const box = document.querySelector("#chart").getBoundingClientRect();
  return [x + box.left + scrollX, y + box.top + scrollY, bar.task.id];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_timeline_renders_and_needs_nothing_else(opened: Show, scheme: str) -> None:
    found = opened(200, scheme)
    assert (found.data("mode"), found.data("shown"), found.data("visible")) == ("bars", "200", "200")
    assert found.page.title() == "</title> & <b>"
    assert found.page.inner_text("#title") == "</title> & <b>"
    assert [url for url in found.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    background = found.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 23, 29)"}[scheme]


def test_what_others_named_and_said_is_text(opened: Show) -> None:
    found = opened(200)
    x, y, _ = found.page.evaluate(BAR, "failed")
    found.page.mouse.click(x, y)
    details = found.page.inner_text("#details")
    assert "window.injected = true" in details
    assert found.page.evaluate("window.injected") is None
    assert "<b>&amp;" in found.page.inner_text("#summary")


def test_ten_thousand_tasks_are_drawn_within_two_seconds(opened: Show) -> None:
    times = [int(opened(10_000).data("readyMs")) for _ in range(3)]
    print(f"10,000 tasks: {times} ms")
    assert statistics.median(times) < 2_000


def test_many_tasks_are_summed_up_until_one_zooms_in(opened: Show) -> None:
    found = opened(10_000)
    assert found.data("mode") == "areas"
    assert "Zoom in" in found.page.inner_text("#hint")
    found.page.evaluate("window.timeline.zoomTo(1799998200000, 1799998320000)")
    found.page.wait_for_function("document.body.dataset.mode === 'bars'")
    assert 100 < int(found.data("visible")) <= 1_200
    found.page.evaluate("window.timeline.zoomTo(1799990000000, 1800000000000)")
    found.page.wait_for_function("document.body.dataset.mode === 'areas'")


def test_the_wheel_zooms(opened: Show) -> None:
    found = opened(10_000)
    box = found.page.locator("#chart").bounding_box()
    assert box is not None
    found.page.mouse.move(box["x"] + 600, box["y"] + 100)
    before = int(found.data("visible"))
    found.page.mouse.wheel(0, -600)
    found.page.wait_for_function(f"Number(document.body.dataset.visible) < {before}")


def test_filters_hide_what_they_say(opened: Show) -> None:
    found = opened(200)
    total = {"activity": 0, "outcome": 0}
    for label in found.page.locator("#filters label").all():
        name = label.locator("input").get_attribute("name")
        if name in total:
            total[name] += int(label.locator(".count").inner_text())
    assert total == {"activity": 200, "outcome": 200}
    found.page.uncheck("input[value=succeeded]")
    rest = int(found.data("shown"))
    assert 0 < rest < 60
    found.page.uncheck("input[value=cancelled]")
    failed = int(found.data("shown"))
    assert 0 < failed < rest
    rows = found.page.locator("#summary tbody tr").all_inner_texts()
    assert sum(int(row.split("\t")[1]) for row in rows) == failed
    found.page.check("input[value=succeeded]")
    found.page.fill("input[name=text]", "run-2")
    assert 0 < int(found.data("shown")) <= 50
    found.page.fill("input[name=text]", "nonsense")
    assert found.data("shown") == "0"
    found.page.fill("input[name=text]", "")
    found.page.check("input[value=cancelled]")
    assert found.data("shown") == "200"


def test_a_bar_says_what_happened(opened: Show) -> None:
    found = opened(200)
    x, y, task_id = found.page.evaluate(BAR, "failed")
    found.page.mouse.move(x, y)
    tip = found.page.wait_for_selector(".tip")
    assert tip is not None
    text = tip.inner_text()
    for part in (task_id, "failed: Job.Failed", "running", "run-"):
        assert part in text
    found.page.mouse.click(x, y)
    assert f"activity-dispatch show {task_id}" in found.page.inner_text("#details")
    link = found.page.get_attribute("#details a", "href")
    assert link is not None
    assert link.startswith(
        "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/"
    )


def test_slots_in_use_are_drawn_with_their_limit(opened: Show) -> None:
    found = opened(200)
    lines = found.page.evaluate(
        """window.timeline.chart.getOption().series.filter((each) => each.type === "line")
        .map((each) => [each.name, each.markLine ? each.markLine.data[0].yAxis : null])"""
    )
    assert sorted(name for name, _ in lines) == ["<b>&amp;", "layout", "render", "train"]
    assert dict(lines)["train"] == 8


def test_light_and_dark_can_be_chosen(opened: Show) -> None:
    found = opened(200)
    found.page.click("#theme")
    assert found.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 29)"
    found.page.click("#theme")
    assert found.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
