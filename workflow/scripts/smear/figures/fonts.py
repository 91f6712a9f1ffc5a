"""Fonts for texts in any script: where the figures' own font lacks letters, one of the machine's is used."""

from functools import cache

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.text import Text

from smear.job import list_some, log

OWN = "DejaVu Sans"  # comes with matplotlib
LAST_RESORT = "Last Resort"  # so does this: boxes that name a script, for every letter there is


def complete_fonts(figure: Figure) -> None:
    """Give every text of a figure fonts for all of its letters; those that no font has are named in the log.

    An SVG keeps the text itself, whatever fonts this machine has.
    """
    for text in figure.findobj(Text):
        lacking = find_lacking(text.get_text())
        if lacking:
            families, without = choose_fonts(lacking)
            text.set_family([OWN, *families])
            warn(without)


def find_lacking(text: str) -> frozenset[str]:
    """Letters of a text that the figures' own font has not."""
    if text.isascii():
        return frozenset()
    known = read_letters(font_manager.findfont(OWN))
    return frozenset(letter for letter in text if letter.isprintable() and ord(letter) not in known)


@cache
def choose_fonts(letters: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Families that have these letters, as few as it takes, and the letters that none has."""
    codes, chosen = {ord(letter) for letter in letters}, []
    known = list_fonts()
    while codes:
        best = max(known, key=lambda name: (len(codes & known[name]), name), default=None)
        if best is None or not codes & known[best]:
            break
        chosen.append(best)
        codes -= known[best]
    return tuple(chosen), frozenset(map(chr, codes))


@cache
def list_fonts() -> dict[str, frozenset[int]]:
    """The letters of each family that this machine has in an upright, regular font."""
    found = {}
    for entry in sorted(font_manager.fontManager.ttflist, key=lambda entry: (entry.name, entry.fname)):
        if entry.name.startswith(LAST_RESORT):
            continue
        if entry.style == "normal" and entry.weight in (400, "normal", "regular") and entry.name not in found:
            try:
                found[entry.name] = read_letters(entry.fname)
            except (OSError, RuntimeError, ValueError):
                continue  # a font that was removed or is broken: others may do
    return found


@cache
def read_letters(path: str) -> frozenset[int]:
    """The codes of the letters that a font file has."""
    return frozenset(font_manager.get_font(path).get_charmap())


@cache
def warn(letters: frozenset[str]) -> None:
    """Log, once for the same letters, that PNG figures show boxes in their place."""
    if letters:
        log.warning(
            "no font of this machine has the letters %s: PNG figures show boxes in their place, SVG figures have the "
            "text; install a font with them, such as Noto Sans CJK",
            list_some(sorted(letters), 8),
        )
