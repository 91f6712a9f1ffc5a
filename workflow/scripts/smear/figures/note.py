"""A figure that says why there is nothing to draw."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from smear.figures.style import header, house_style


@house_style()
def draw_note(title: str, text: str) -> Figure:
    """Draw a title and a sentence, and no panel."""
    figure = plt.figure(figsize=(7.2, 1.0), layout="constrained")
    header(figure, title, text)
    return figure
