"""Setting SVG figures into a page, several beside each other."""

import re
from pathlib import Path
from xml.etree import ElementTree

NAMESPACE = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
ElementTree.register_namespace("", NAMESPACE[1:-1])
ElementTree.register_namespace("xlink", LINK[1:].split("}")[0])


def inline_svg(path: str | Path, label: str) -> str:
    """Return the SVG at `path` as an element to stand in an HTML page.

    Its identifiers get the file's name in front, since every figure has an `axes_1`; its style sheet, which would hold
    for the whole page, becomes attributes; readers of the screen are told `label`.
    """
    root = ElementTree.parse(path).getroot()
    drop(root, {f"{NAMESPACE}metadata", f"{NAMESPACE}style"})
    prefix = re.sub(r"\W", "-", Path(path).stem) + "-"
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, prefix + value)
            elif name.endswith("href") and value.startswith("#"):
                element.set(name, f"#{prefix}{value[1:]}")
            else:
                element.set(name, value.replace("url(#", f"url(#{prefix}"))
    root.attrib.pop("height", None)
    root.attrib.update(
        {"role": "img", "aria-label": label, "stroke-linejoin": "round", "stroke-linecap": "butt"},
    )
    return ElementTree.tostring(root, encoding="unicode")


def drop(parent: ElementTree.Element, tags: set[str]) -> None:
    """Remove every descendant that has one of these tags."""
    for child in list(parent):
        if child.tag in tags:
            parent.remove(child)
        else:
            drop(child, tags)
