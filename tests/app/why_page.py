"""Driving the Why page: its sections, and answers that are kept back."""

from tests.app.pages import settle

SECTIONS = ("cards", "ledger", "unfolding", "bench", "sets", "attribution", "localisation", "convergence")


def go(page, name):
    """Jump to a section by the table of contents, and wait until it is filled."""
    page.locator(".why .contents button").nth(SECTIONS.index(name)).click()
    page.wait_for_selector(f".why .{name}.filled")
    settle(page)


def hold(page, pattern):
    """Keep requests back until the test lets them go on."""
    held = []
    page.route(pattern, lambda route: held.append(route))
    return held


def first(page, held):
    """The first request that is kept back, once there is one."""
    while not held:
        page.wait_for_timeout(20)
    return held.pop(0)
