"""Templates as they are written: nothing inline, nothing imported in vain, every form with its
token.
"""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import meta, nodes

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "app" / "templates"
STATIC = ROOT / "app" / "static"
TEMPLATES = {
    str(path.relative_to(FOLDER)): path.read_text() for path in sorted(FOLDER.rglob("*.html"))
}
COMMENT = re.compile(r"\{#.*?#\}", re.S)
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
# Rendered by tests only: every piece on one page.
ONLY_FOR_TESTS = {"pieces.html"}


@pytest.fixture(scope="module")
def trees(shared_site):
    """Each template as Jinja reads it."""
    environment = shared_site[0].jinja_env
    return {name: environment.parse(source) for name, source in TEMPLATES.items()}


class Tags(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, source):
        super().__init__()
        self.tags = []
        self.feed(JINJA.sub("x", COMMENT.sub("", source)))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_inline(name):
    """H2: the policy forbids it, and a page must not look different without it."""
    found = [
        f"<{tag} {attribute}>"
        for tag, attributes in Tags(TEMPLATES[name]).tags
        for attribute in [*attributes, ""]
        if attribute == "style"
        or attribute.startswith(("on", "hx-on"))
        or (not attribute and (tag == "style" or (tag == "script" and "src" not in attributes)))
    ]
    assert found == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_comes_from_elsewhere(name):
    """No CDN, no picture from outside: links that people follow are the only addresses of
    others.
    """
    loaded = [
        attributes.get("src") or attributes.get("href")
        for tag, attributes in Tags(TEMPLATES[name]).tags
        if tag in {"script", "link", "img", "iframe", "source", "use"}
    ]
    assert [address for address in loaded if address and re.match(r"(?:https?:)?//", address)] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_is_marked_safe(name):
    """Autoescape is what keeps a name from being a script."""
    assert not re.search(r"\|\s*safe\b|autoescape\s+false", TEMPLATES[name])


def test_every_form_that_posts_has_its_token():
    bare = []
    for name, source in TEMPLATES.items():
        plain = COMMENT.sub("", source)
        for form in re.findall(r"<form\b.*?</form>", plain, re.S | re.I):
            opening = form.split(">", 1)[0]
            posts = re.search(r'method="post"', opening, re.I)
            if posts and "csrf" not in form:
                bare.append((name, opening))
    assert bare == []


def test_no_import_in_vain(trees):
    idle = []
    for name, tree in trees.items():
        used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
        for statement in tree.find_all(nodes.FromImport):
            names = [each if isinstance(each, str) else each[1] for each in statement.names]
            idle += [(name, each) for each in names if each not in used]
        idle += [
            (name, each.target) for each in tree.find_all(nodes.Import) if each.target not in used
        ]
    assert idle == []


def test_every_template_is_used(trees):
    used = {
        reference for tree in trees.values() for reference in meta.find_referenced_templates(tree)
    }
    code = "".join(path.read_text() for path in (ROOT / "app").rglob("*.py"))
    used |= set(re.findall(r'"([\w/]+\.html)"', code))
    assert set(TEMPLATES) - used == ONLY_FOR_TESTS
    assert used - set(TEMPLATES) == set()


def test_every_macro_is_used(trees):
    macros = {
        (name, macro.name) for name, tree in trees.items() for macro in tree.find_all(nodes.Macro)
    }
    used = {
        node.name
        for tree in trees.values()
        for node in tree.find_all(nodes.Name)
        if node.ctx == "load"
    }
    used |= {node.attr for tree in trees.values() for node in tree.find_all(nodes.Getattr)}
    assert sorted(macro for macro in macros if macro[1] not in used) == []


def test_every_page_loads_the_joined_sheet_and_the_joined_script_only():
    addresses = re.findall(r"static_paths\[([^]]*)\]", "".join(TEMPLATES.values()))
    joined = {one for one in addresses if one.endswith((".css'", ".js'"))}
    assert joined == {"'app.css'", "'app.js'"}


def test_every_icon_that_is_asked_for_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol[^>]* id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    code = "".join(TEMPLATES.values()) + (ROOT / "app" / "blueprints.py").read_text()
    asked = set(re.findall(r'icon\("([\w-]+)"', code)) | set(
        re.findall(r'MenuEntry\(\s*"[^"]+",\s*"[^"]+",\s*"([\w-]+)"', code)
    )
    assert asked
    assert {name for name in asked if name not in sprite and f"i-{name}" not in sprite} == set()


def test_foreign_files_are_what_vendor_md_says():
    rows = re.findall(
        r"^\| `([^`]+)` \| .* \| ([^|]+) \|$",
        (STATIC / "vendor" / "VENDOR.md").read_text(),
        re.M,
    )
    sums = {
        name: found.group(1) for name, last in rows if (found := re.search("([0-9a-f]{64})", last))
    }
    there = {path.name for path in (STATIC / "vendor").iterdir()} - {"VENDOR.md"}
    assert set(sums) == there
    for name, wanted in sums.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == wanted


def test_sheets_load_nothing_from_elsewhere():
    for path in (STATIC / "css").glob("*.css"):
        assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", path.read_text()), path.name
