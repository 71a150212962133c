"""Whether everybody can use a page, and whether it fits every screen."""

from axe_playwright_python.sync_playwright import Axe

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Rules whose outcome depends on the theme or the width of the window.
RULES_OF_LOOKS = ["color-contrast", "link-in-text-block", "target-size"]
WIDTHS = (320, 390, 768, 1280)
HIGH = 844
# Words that do not fit into their button or cell, or anything that sticks out of the window.
SQUEEZED = """() => [...document.querySelectorAll(".btn, .chip, .tag, .ctl, h1, h2, td, th")]
  .filter((node) => node.checkVisibility())
  .filter((node) => !node.closest(".vh, thead, .tblwrap:not(.cards-m), .sheet"))
  .filter((node) => {
    const box = node.getBoundingClientRect();
    const inside = node.matches("select, input, .end") || node.scrollWidth <= node.clientWidth + 1;
    return box.right > innerWidth + 1 || box.left < -1 || !inside;
  })
  .map((node) => node.outerHTML.slice(0, 120))"""
# Opens one menu after the other; returns what is squeezed while it is open.
SQUEEZED_WITH_A_MENU_OPEN = f"""(selector) => {{
  const squeezed = {SQUEEZED};
  return [...document.querySelectorAll(selector)].flatMap((menu) => {{
    menu.open = true;
    const found = squeezed();
    menu.open = false;
    return found;
  }});
}}"""
# Of rows with the same tags, classes and attributes, three stay: their colors are the same, and
# axe's time grows with the elements (0.3 s of processor a page, half of a browser's work).
THIN_OUT = """() => {
  const shape = (node) => [node.tagName, node.getAttribute("class"), node.getAttribute("type"),
    node.getAttribute("role"), node.getAttributeNames().join(), node.childNodes.length > 0,
    [...node.children].map(shape).join()].join("|");
  for (const list of document.querySelectorAll("tbody, ul, ol, select, datalist")) {
    const seen = {};
    for (const row of [...list.children]) {
      const key = shape(row);
      seen[key] = (seen[key] || 0) + 1;
      if (seen[key] > 3) row.remove();
    }
  }
}"""


def everybody_can_use(page):
    """No rule of accessibility is broken: all of them once, and in the dark theme on a phone
    those that depend on colors and sizes.

    The last look at a page: rows that look like others are taken out of it.
    """
    everybody_can_use_it_on_a_desk(page)
    _break_no_rule_in_the_dark(page, Axe("0"))


def everybody_can_use_it_on_a_desk(page):
    """No rule is broken in the light theme, 1280 px wide."""
    _show_each_kind_of_row(page)
    everything = {"runOnly": {"type": "tag", "values": RULES}}
    _break_no_rule(page, Axe(), "light", 1280, everything)


def everybody_can_use_it_in_the_dark(page):
    """No rule of colors and sizes is broken in the dark theme on a phone."""
    _show_each_kind_of_row(page)
    _break_no_rule_in_the_dark(page, Axe())


def _show_each_kind_of_row(page):
    page.evaluate(
        "document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; })"
    )
    page.evaluate(THIN_OUT)


def _break_no_rule_in_the_dark(page, axe):
    # What a bar covers is scrolled into view by people, but counts as smaller for axe.
    page.evaluate(
        "document.querySelectorAll('.sticky').forEach((bar) => { bar.style.position = 'static'; })"
    )
    colors_and_sizes = {"runOnly": {"type": "rule", "values": RULES_OF_LOOKS}}
    _break_no_rule(page, axe, "dark", 390, colors_and_sizes)


def _break_no_rule(page, axe, theme, width, options):
    # Axe("0") loads nothing: half a megabyte of axe is in the page already.
    page.set_viewport_size({"width": width, "height": HIGH})
    page.emulate_media(color_scheme=theme)
    report = axe.run(page, options=options | {"resultTypes": ["violations"]}).response
    broken = [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in report["violations"]
    ]
    assert broken == [], (theme, broken)


def menus_fit(page, selector, widths=(390, 1280)):
    """Each menu opens, and what it shows fits a phone's window and a desk's."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": HIGH})
        assert page.evaluate(SQUEEZED_WITH_A_MENU_OPEN, selector) == [], f"at {width} px"


def fits_every_screen(page, widths=WIDTHS):
    """One heading, and nothing is wider than the window or squeezed."""
    assert page.locator("h1").count() == 1
    for width in widths:
        page.set_viewport_size({"width": width, "height": HIGH})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (
            f"wider than {width} px"
        )
        assert page.evaluate(SQUEEZED) == [], f"at {width} px"
