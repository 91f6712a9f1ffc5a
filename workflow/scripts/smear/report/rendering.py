"""Filling the templates of pages and cards."""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined

from smear.formats import format_p, percent, percentage
from smear.report.tables import in_words


def render(template: str | Path, values: dict, html: bool) -> str:
    """Fill the template at the path `template`; a variable that it misses is an error, not a gap."""
    return make_environment(html).get_template(str(template)).render(values).rstrip() + "\n"


@cache
def make_environment(html: bool) -> Environment:
    """Return what compiles templates, each once; html: whether values are escaped as HTML wants it."""
    environment = Environment(
        loader=FunctionLoader(lambda path: Path(path).read_text(encoding="utf-8")),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "percentage": percentage,
        "p": format_p,
        "words": in_words,
        "count": lambda number: f"{number:,.0f}",
        "md": escape_markdown,
    }
    return environment


def escape_markdown(text: object) -> str:
    """Keep Markdown from reading marks, HTML and table bars into a name."""
    html_safe = str(text).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_\[\]|#])", r"\\\1", html_safe)
