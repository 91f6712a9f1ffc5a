"""Class names in any script are legible in PNG figures where the machine has a font, and the log says where not."""

import logging

import matplotlib.pyplot as plt
import pytest
from smear.figures import fonts
from smear.figures.heatmaps import draw_confusion
from smear.figures.style import save

CLASSES = ["Benign", "良性"]


@pytest.fixture(autouse=True)
def fresh():
    for function in (fonts.choose_fonts, fonts.warn):
        function.cache_clear()
    yield
    for function in (fonts.choose_fonts, fonts.warn):
        function.cache_clear()


def draw(tmp_path):
    figure = draw_confusion([[3, 1], [0, 4]], CLASSES)
    save(figure, tmp_path / "f.svg", tmp_path / "f.png")
    return figure


def test_a_font_with_the_letters_is_put_behind_the_own_one(tmp_path, monkeypatch):
    letters = {"STIXGeneral": frozenset(map(ord, "良")), "cmr10": frozenset(map(ord, "良性")), "a": frozenset([65])}
    monkeypatch.setattr(fonts, "list_fonts", lambda: letters)
    figure = draw(tmp_path)
    families = {text.get_text(): text.get_family() for text in figure.findobj(plt.Text)}
    assert families["良性"] == ["DejaVu Sans", "cmr10"]
    assert families["Benign"] == ["sans-serif"]


def test_letters_that_no_font_has_are_named_once_and_the_svg_has_them(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(fonts, "list_fonts", dict)
    with caplog.at_level(logging.WARNING):
        draw(tmp_path)
        draw(tmp_path)
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "no font of this machine has the letters 性, 良"
    ]
    assert "良性" in (tmp_path / "f.svg").read_text()


def test_letters_are_taken_from_several_fonts(monkeypatch):
    known = {"x": frozenset(map(ord, "abc")), "y": frozenset(map(ord, "cd"))}
    monkeypatch.setattr(fonts, "list_fonts", lambda: known)
    assert fonts.choose_fonts(frozenset("abde")) == (("x", "y"), frozenset("e"))


def test_the_fonts_of_this_machine_are_read():
    assert ord("é") in fonts.list_fonts()["DejaVu Sans"]
    assert not [name for name in fonts.list_fonts() if name.startswith("Last Resort")]
    assert fonts.find_lacking("Müller, Ωμέγα, Норма") == frozenset()
