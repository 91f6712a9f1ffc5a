"""Figures by group: readable with few groups and with many, the same bytes twice."""

import matplotlib.pyplot as plt
import pytest
from made_up_groups import predict
from matplotlib.text import Text
from smear.figures.groups import MOST_COLUMNS, ROWS, draw_groups, draw_shares
from smear.figures.style import save
from smear.statistics.group_metrics import choose_shown, tabulate_groups, tabulate_shares

CLASSES = ["Benign", "Malignant"]


def texts_of(figure) -> list[str]:
    figure.draw_without_rendering()
    texts = [text.get_text() for text in figure.findobj(Text)]
    plt.close(figure)
    return texts


@pytest.mark.parametrize("groups", [1, 4, 60, pytest.param(230, marks=pytest.mark.slow)])
def test_a_row_for_each_group_up_to_a_limit(groups):
    predictions, levels = predict(groups, CLASSES, images=4)
    table = tabulate_groups(predictions, levels["patient"], CLASSES)
    texts = texts_of(draw_groups(table, "patient", "test"))
    rows = list(dict.fromkeys(text for text in texts if text.startswith("C") and text.endswith(")")))
    assert len(rows) == min(groups, ROWS * MOST_COLUMNS)
    lowest = table.sort_values(["accuracy", "images", "group"], ascending=[True, False, True]).iloc[0]
    assert rows[0] == f"{lowest['group']} ({lowest['images']})"
    assert "Accuracy by patient, test images" in texts
    words = " ".join(texts).replace("\n", " ")
    assert ("The 200 groups with the lowest accuracies of 230." in words) == (groups > 200)


@pytest.mark.slow
@pytest.mark.parametrize("classes", [CLASSES, ["a", "b", "c"]])
def test_shares_of_the_positive_class_or_of_all(tmp_path, classes):
    shares = {}
    for split, groups in (("validation", 5), ("test", 9)):
        predictions, levels = predict(groups, classes)
        shares[split] = tabulate_shares(predictions, levels["patient"], classes)
    shown = choose_shown(classes, None)
    for name in ("a.svg", "b.svg"):
        save(draw_shares(shares, "patient", shown), tmp_path / name)
    text = (tmp_path / "a.svg").read_text()
    assert text == (tmp_path / "b.svg").read_text()
    assert "Test, 9 groups: mean absolute error" in text
    assert ("The share of the images that are Malignant" in text) == (classes == CLASSES)
