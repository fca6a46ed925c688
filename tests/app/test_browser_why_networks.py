"""The Why page of two networks: it asks about the chosen one, each column of credit about its own."""

import pytest

from tests.app.pages import open_page, session, show_tab
from tests.app.why_page import first, go, hold

pytestmark = pytest.mark.browser


@pytest.fixture
def compared(page, server):
    """The page of two networks."""
    open_page(page, server, "?compare=deepsn-small")
    page.wait_for_function("() => window.interirSession.runs.length === 2")
    show_tab(page, "Why")
    return page


def test_either_of_two_networks(compared):
    """The page asks about the one that is chosen; the section in sight stays in sight."""
    families, ids = (session(compared, f"s.runs.map((run) => run.info.{name})") for name in ("family", "id"))
    chosen = compared.locator(".why .contents select")
    assert chosen.locator("option").all_inner_texts() == families
    go(compared, "bench")
    asked = []
    compared.on("request", lambda request: asked.append(request.url) if "/runs/" in request.url else None)
    before = compared.locator(".why .bench").bounding_box()["y"]
    chosen.select_option("1")
    compared.wait_for_selector(".why .bench.filled")
    compared.locator(".bench .kind option").first.wait_for(state="attached")
    assert compared.locator(".why .bench").bounding_box()["y"] == pytest.approx(before, abs=2)
    assert asked
    assert all(ids[1] in url for url in asked)
    assert chosen.evaluate("(e) => [e.value, e === document.activeElement]") == ["1", True]
    go(compared, "attribution")
    assert compared.locator(".credit .run option:checked").all_inner_texts() == [families[1]] * 2
    go(compared, "localisation")
    section = compared.locator(".why .localisation")
    assert "no explainable convolution" in section.locator(".cells").inner_text()
    assert section.locator(".lead").is_hidden()


def test_another_network_in_a_column(compared):
    """While its methods are on their way there is nothing to press; the other column goes on."""
    page = compared
    go(page, "attribution")
    column, other = (page.locator(".credit").nth(i) for i in (0, 1))
    explain = column.get_by_role("button", name="Explain")
    held = hold(page, "**/attribution.json")
    column.locator(".run").select_option(label="DeepSN-Net")
    assert explain.is_disabled()
    assert column.locator(".run").is_enabled()
    assert other.get_by_role("button", name="Explain").is_enabled()
    first(page, held).continue_()
    column.locator(".method").select_option("moves")
    explain.click()
    column.locator(".numbers td").first.wait_for()
