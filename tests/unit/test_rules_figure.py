"""The figure of the rules in README.md: every rule has its place in it, and the picture is that of the file beside it.

Its arrows are compared with a plan in tests/workflow/test_plans.py.
"""

import re

from command_line import ROOT
from rules_figure import IMAGES, RULE, read_arrows, read_stages


def read_rules() -> list[str]:
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow/rules").glob("*.smk"))
    return sorted(re.findall(r"^ *(?:rule|checkpoint) (\w+):", text, re.M))


def test_every_rule_stands_in_one_stage():
    assert sorted(rule for rules in read_stages().values() for rule in rules) == read_rules()


def test_the_picture_is_of_the_file_beside_it():
    picture = (IMAGES / "dag.svg").read_text(encoding="utf-8")
    texts = re.findall(r"<text [^>]*>([^<]*)</text>", picture)
    assert sorted(RULE.findall(" ".join(texts))) == read_rules()
    assert set(re.findall(r"<title>(\w+)</title>", picture)) == {"stages", *read_stages()}
    assert sorted(re.findall(r"<title>(\w+)&#45;&gt;(\w+)</title>", picture)) == sorted(read_arrows())


def test_every_image_is_shown_by_a_document():
    pages = "".join(page.read_text(encoding="utf-8") for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
    assert not [path.name for path in IMAGES.iterdir() if path.stem not in re.findall(r"images/([\w-]+)\.", pages)]
