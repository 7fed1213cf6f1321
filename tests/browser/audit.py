"""What must hold of every state of the page: axe finds nothing in either theme, and nothing is cut off."""

from axe_playwright_python.base import AXE_SCRIPT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Themes differ in colours only: of the second, the rules about those are asked.
THEMES = {
    "light": {"type": "tag", "values": TAGS},
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
#: Without selectors, which take half of the time: what is wrong is told by its HTML.
AXE = """
  async ([within, runOnly]) => {
    const options = { runOnly, resultTypes: ["violations"], selectors: false, preload: false };
    const { violations } = await axe.run(within, options);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
  }
"""
SMALLEST = 24  # CSS pixels, WCAG 2.5.8
#: Controls that are smaller than a target may be, and not in a line of text.
SMALL = """
  (smallest) => [...document.querySelectorAll("button, input, select, textarea")]
    .filter((control) => control.checkVisibility() && control.tabIndex >= 0 && !control.closest("label"))
    .map((control) => [control.outerHTML.slice(0, 80), control.getBoundingClientRect()])
    .filter(([, { width, height }]) => width < smallest || height < smallest)
    .map(([html]) => `small: ${html}`)
"""
SIZE = {"width": 1280, "height": 800}
ZOOMED = {"width": 640, "height": 400}  # what is left of it at 200 %
#: What would have to be reached by scrolling sideways, or not at all; not in a region that scrolls by itself.
CUT_OFF = """
  () => {
    const { clientWidth: width, scrollWidth } = document.documentElement;
    const beside = ({ left, right }) => left < -0.5 || right > width + 0.5;
    const cut = [...document.querySelectorAll("button, a, input, select, textarea, h2, h3, [role=option]")]
      .filter((each) => each.checkVisibility() && !each.closest(".spoken, .scrolled, .wide"))
      .filter((each) => beside(each.getBoundingClientRect()))
      .map((each) => `cut off at 200 %: ${each.outerHTML.slice(0, 80)}`);
    return scrollWidth > width ? [`scrolls sideways: ${scrollWidth} of ${width}`, ...cut] : cut;
  }
"""


def violations(page, within="html"):
    """What axe finds in a part of the page, in both themes, one sentence each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = []
    for theme, rules in THEMES.items():
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found += [f"{theme}, {each}" for each in page.evaluate(AXE, [within, rules])]
    return found


def faults(page, within="html"):
    """What is wrong with a part of the page, one sentence each; sizes are asked of all of it."""
    found = [*violations(page, within), *page.evaluate(SMALL, SMALLEST)]
    page.set_viewport_size(ZOOMED)
    found += page.evaluate(CUT_OFF)
    page.set_viewport_size(SIZE)
    return found
