"""Every page, in both themes and at every width: nothing that axe-core objects to, and nothing beside the window."""

from functools import cache
from pathlib import Path

import pytest

from tests.e2e.dashboard.conftest import addresses, settle

pytestmark = pytest.mark.slow

AXE = Path(__file__).parents[3] / "web/node_modules/axe-core/axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
WIDTHS = (390, 768, 1024, 1440)


@cache
def axe_source() -> str:
    return AXE.read_text()


def objections(page) -> list[str]:
    """What axe-core finds wrong with the page as it is now."""
    page.evaluate(axe_source())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"{each['id']}: {each['help']} at {node['target']}: {node['html'][:200]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_hinders_anybody(demo, open_page, theme):
    wrong = {}
    with open_page(viewport={"width": 1440, "height": 900}, color_scheme=theme) as page:
        for name, address in addresses(demo).items():
            page.goto(address)
            settle(page)
            if found := objections(page):
                wrong[name] = found
    assert wrong == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_hinders_who_is_not_signed_in(open_page, theme):
    with open_page(role=None, color_scheme=theme) as page:
        page.goto("/sign-in/")
        page.get_by_label("Email").wait_for()
        assert objections(page) == []


def test_nothing_sticks_out_at_any_width(demo, open_page):
    wrong = []
    with open_page() as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for name, address in addresses(demo).items():
                page.goto(address)
                settle(page)
                wide = page.evaluate("() => document.documentElement.scrollWidth")
                if wide > width:
                    wrong.append(f"{name} at {width}: {wide}")
    assert wrong == []


def test_every_page_has_one_heading_and_a_name_of_its_own(demo, open_page):
    titles = {}
    with open_page(role="viewer") as page:
        for name, address in addresses(demo).items():
            page.goto(address)
            settle(page)
            assert page.locator("h1").count() == 1, name
            titles[name] = page.title()
    assert len(set(titles.values())) == len(titles), titles
