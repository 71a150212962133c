"""How a page is looked at: can everybody use it, and does it fit every screen?"""

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = (("dark", 390), ("light", 1280))
WIDTHS = (320, 390, 768, 1280)
HIGH = 844
# Words that do not fit into their button or cell, or anything that sticks out of the window.
SQUEEZED = """() => [...document.querySelectorAll(".btn, .chip, .tag, .ctl, h1, h2, td, th")]
  .filter((node) => node.checkVisibility() && !node.closest(".vh, thead, .tblwrap:not(.cards-m), .sheet"))
  .filter((node) => {
    const box = node.getBoundingClientRect();
    const inside = node.matches("select, input, .end") || node.scrollWidth <= node.clientWidth + 1;
    return box.right > innerWidth + 1 || box.left < -1 || !inside;
  })
  .map((node) => node.outerHTML.slice(0, 120))"""


def everybody_can_use(page):
    """No rule of accessibility is broken, in both themes, on a phone and on a desk."""
    page.evaluate(
        "document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })"
    )
    for number, (theme, width) in enumerate(LOOKS):
        page.set_viewport_size({"width": width, "height": HIGH})
        page.emulate_media(color_scheme=theme)
        axe = Axe("0") if number else Axe()  # half a megabyte of it is in the page already
        found = axe.run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response[
            "violations"
        ]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == [], (
            theme
        )


def fits_every_screen(page):
    """One heading, and nothing is wider than the window or squeezed."""
    assert page.locator("h1").count() == 1
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HIGH})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (
            f"wider than {width} px"
        )
        assert page.evaluate(SQUEEZED) == [], f"at {width} px"
