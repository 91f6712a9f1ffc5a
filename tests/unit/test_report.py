"""The report page: whole, true to its sources, safe against odd names, and rendered by a real browser."""

import html
import json
import re
import shutil
import subprocess
from types import SimpleNamespace
from typing import NamedTuple

import pandas as pd
import plot_comparison
import pytest
import render_report
from made_up import cell_name, grid_cells, history_of, leaderboard_of, selection_of, write_comparison
from made_up_report import ONE, render, write_report_inputs
from page import Page
from smear.figures.curves import draw_curves
from smear.figures.style import save
from smear.report.findings import finding
from smear.report.network import judge_background, judge_parts, judge_probe
from smear.report.shortcuts import join_differences, judge_network


def percent(share: float) -> str:
    """Write a share as the page's normalized text has it."""
    return f"{100 * share:.2f} %"


class Report(NamedTuple):
    """A report: the `snakemake` of its job, and its page."""

    job: SimpleNamespace
    page: Page


@pytest.fixture(scope="module")
def paper(tmp_path_factory) -> Report:
    """The report of the paper's grid with all its figures."""
    folder = tmp_path_factory.mktemp("report")
    snakemake = write_report_inputs(folder)
    plot_comparison.main(write_comparison(folder, grid_cells()))
    names = ("heatmap", "curves", "optimizer", "learning_rate", "epochs")
    snakemake.input.figures = [str(folder / f"{name}.svg") for name in names]
    render_report.main(snakemake)
    return Report(snakemake, Page(snakemake.output.report.read_text(encoding="utf-8")))


def test_a_cell_that_stopped_early_is_shown_with_the_epoch_it_keeps(paper, tmp_path):
    assert "Model of" not in paper.page.text
    snakemake = write_report_inputs(tmp_path)
    table = pd.read_csv(snakemake.input.leaderboard).assign(epochs_run=12, best_epoch=9)
    table.to_csv(snakemake.input.leaderboard, index=False)
    replicates = pd.read_csv(snakemake.input.leaderboard.with_name("replicates.csv")).assign(best_epoch=9)
    histories = {cell_name(cell): history_of(cell) for cell in grid_cells()}
    save(draw_curves(replicates, histories), tmp_path / "curves.svg")
    snakemake.input.figures = [str(tmp_path / "curves.svg")]
    render_report.main(snakemake)
    page = Page(snakemake.output.report.read_text(encoding="utf-8"))
    assert page.text.count("epoch 9 of 12 run") == 1 + len(table)
    assert "they mark the best epoch" in page.text
    assert "In its best epoch the selected grid cell" in page.text
    assert "Early stopping kept the model of epoch 9 of 12 run" in snakemake.output.model_card.read_text()


def test_the_page_needs_nothing_beside_it(paper):
    _, page = paper
    loading = {"src", "srcset", "data", "poster", "background", "action"}
    for tag, name, value in page.attributes:
        assert tag not in {"script", "link", "iframe", "object", "embed"}
        assert not name.startswith("on")
        if name in loading or (name.endswith("href") and tag != "a"):
            assert value.startswith(("#", "data:")), (tag, name, value)
    source = paper.job.output.report.read_text(encoding="utf-8")
    assert "@import" not in source
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", source))


def test_identifiers_are_unique_and_links_between_them_arrive(paper):
    names = [value for _, name, value in paper.page.attributes if name == "id"]
    assert len(names) == len(set(names))
    targets = [value[1:] for _, name, value in paper.page.attributes if name.endswith("href") and value.startswith("#")]
    targets += re.findall(r"url\(#([^)]*)\)", " ".join(str(value) for *_, value in paper.page.attributes))
    assert len(targets) > 10
    assert set(targets) <= set(names)


def test_the_page_says_what_the_files_say(paper):
    snakemake, page = paper
    chosen = json.loads(snakemake.input.selection.read_text())
    test = json.loads(snakemake.input.test_metrics.read_text())
    audit = json.loads(snakemake.input.audit.read_text())
    assert chosen["cell"] in page.text
    assert chosen["rule"] in page.text
    assert audit["promise"] in page.text
    for result, low, high, correct in (
        (chosen, "validation_low", "validation_high", "validation_correct"),
        (test, "accuracy_low", "accuracy_high", "correct"),
    ):
        images = result.get("validation_images", result.get("images"))
        interval = f"{100 * result[low]:.2f} to {percent(result[high])}"
        share = percent(result[correct] / images)
        assert f"{share} {result[correct]:.0f} of {images:.0f} images, 95 % interval {interval}" in page.text
    assert f"loss is {test['loss']:.4f}" in page.text
    for row in test["per_class"]:
        interval = f"{100 * row['recall_low']:.2f} to {percent(row['recall_high'])}"
        figures = f"{percent(row['precision'])} {percent(row['recall'])} {interval} {percent(row['f1'])}"
        assert re.sub(" %", "%", f"{row['class']} {figures} {row['support']}") in spaced_cells(snakemake)
    assert f"of macro F1 is {100 * test['macro_f1_low']:.2f} to {percent(test['macro_f1_high'])}" in page.text
    assert "95 % intervals respect that images of one field are alike" in page.text
    for name in ("macro", "weighted"):
        figures = " ".join(percent(test[name][score]) for score in ("precision", "recall", "f1"))
        assert re.sub(" %", "%", f"{name.title()} mean {figures}") in spaced_cells(snakemake)


def spaced_cells(snakemake) -> str:
    """The page's text with a space between table cells and none before a percent sign."""
    source = re.sub(r"</t[dh]>", " ", snakemake.output.report.read_text(encoding="utf-8"))
    text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", source)))
    return text.replace(" %", "%")


def test_every_cell_is_on_the_leaderboard_and_the_rest_is_folded_away(paper):
    snakemake, page = paper
    table = pd.read_csv(snakemake.input.leaderboard)
    text = spaced_cells(snakemake)
    for cell in table.itertuples():
        assert f" {cell.rank} " in text
        counts = rf"\({cell.validation_correct:.0f}/{cell.validation_images:.0f}\)"
        assert re.search(rf"{counts} [\d.]+ to [\d.]+% {cell.validation_loss:.4f}", text)
    assert "The other 14 grid cells" in page.text
    assert "All grid cells: EfficientNetB0, batch size 32, seed 0." in page.text


def test_figures_stand_in_their_order_each_with_a_sentence(paper):
    page = paper.page
    figures = [value for tag, name, value in page.attributes if (tag, name) == ("figure", "id")]
    comparison = ["optimizer", "learning_rate", "epochs", "curves", "heatmap"]
    network = ["network", "network-sheet"]
    tested = ["confusion", "test_comparison", "calibration"]
    assert figures == ["siblings", "fields", *comparison, "shortcuts", *network, *tested]
    table = leaderboard_of(grid_cells())
    for name in comparison:
        sentence = finding(name, table, selection_of(table))
        assert re.sub(r"\s+", " ", sentence) in page.text


def test_the_paper_stands_beside_it_where_its_images_do(paper):
    text = paper.page.text
    assert "98.48 % (323/328)95 % interval 96.48 to 99.35 %" in text
    assert "three images apart" in text
    assert "10.1002/int.22753" in text


def test_misclassified_images_are_listed_by_name_and_not_shown(paper):
    text = spaced_cells(paper.job)
    assert text.count("Pro/WBC-Pro-") == 4
    assert "Benign/WBC-Benign-000.jpg Benign Early 92.50% 2.50%" in text
    pictures = [
        value for tag, name, value in paper.page.attributes if tag in {"img", "image"} and name.endswith("href")
    ]
    assert all(value.startswith("data:image/png") for value in pictures)
    assert len(pictures) == 2, "the heatmap's color bar and the sheet of changed validation images"


def test_the_shortcuts_stand_beside_the_network(paper):
    snakemake, page = paper
    table = join_differences(pd.read_csv(snakemake.input.shortcuts), pd.read_csv(snakemake.input.differences))
    sentence = judge_network(table, json.loads(snakemake.input.selection.read_text()))
    assert re.sub(r"\s+", " ", sentence) in page.text
    assert "All 17 classifiers" in page.text
    text = spaced_cells(snakemake)
    for row in table.itertuples():
        assert f"{100 * row.validation_accuracy:.2f}%" in text
        assert f"{row.validation_correct}/324 {100 * row.difference:+.2f} {100 * row.difference_low:+.2f} to " in text


def test_what_is_left_of_changed_images_stands_in_sentences_and_in_a_table(paper):
    snakemake, page = paper
    network, facts = pd.read_csv(snakemake.input.network), json.loads(snakemake.input.network_facts.read_text())
    for sentence in (judge_background(network, facts), judge_parts(network)):
        assert re.sub(r"\s+", " ", sentence) in page.text
    assert "Without blood cells the network classifies 59.88 % (194/324" in page.text
    assert "No linear probe was trained on images without blood cells: the embeddings are turned off." in page.text
    assert f"All {len(network)} accuracies" in page.text
    text = spaced_cells(snakemake)
    for row in network.itertuples():
        assert f"{row.correct}/324 {100 * row.accuracy:.2f}% {100 * row.accuracy_low:.2f}" in text


def test_a_probe_of_backgrounds_is_set_beside_chance(paper):
    facts = json.loads(paper.job.input.network_facts.read_text())
    chance = {"accuracy_low": 0.3, "accuracy_high": 0.5, "null_mean": 0.27, "null_high": 0.33}
    rows = [
        {"perturbation": name, "images": 324, "correct": correct, "accuracy": correct / 324, "p": p, **chance}
        for name, correct, p in (("unchanged", 316, 0.001), ("foreground", 200, 0.0004))
    ]
    sentence = judge_probe(pd.DataFrame(rows), facts, {"file": None})
    assert "61.73\N{NO-BREAK SPACE}% (200/324" in sentence
    assert "(p < 0.001). The background alone says something about the class" in sentence
    rows[1]["p"] = 0.2
    assert "(p = 0.200). These images do not show" in judge_probe(pd.DataFrame(rows), facts, {"file": None})
    assert "come from the user's own file" in judge_probe(None, facts, {"file": "a.npy"})


def test_repeat_captures_are_counted_across_splits_and_across_folds_each_under_its_name(paper, tmp_path):
    assert "in another fold" not in paper.page.text
    snakemake = write_report_inputs(tmp_path, cells=grid_cells(**ONE))
    audit = json.loads(snakemake.input.audit.read_text())
    audit |= {"folds": [{}] * 5, "images_with_sibling_across_splits": 1, "images_with_sibling_across_folds": 23}
    snakemake.input.audit.write_text(json.dumps(audit))
    render_report.main(snakemake)
    text = Page(snakemake.output.report.read_text(encoding="utf-8")).text
    assert (
        "1 has one in another split (train, validation and test as in the table); 23 have one in another fold" in text
    )
    assert "likely too high" in text
    card = snakemake.output.model_card.read_text(encoding="utf-8")
    assert (
        "1 images have a repeat capture of their microscope field in another split, and 23 one in another fold" in card
    )


def test_every_look_at_the_test_images_is_counted_and_listed(paper):
    snakemake, page = paper
    assert page.text.count("These 328 test images have had 2 looks, by 2 experiments") == 1
    assert "1 of the looks saw only some of them" in page.text
    assert "earlier 110 mmmmmmmmmmmm first look" in spaced_cells(snakemake)
    card = snakemake.output.model_card.read_text(encoding="utf-8")
    assert "| Test (2 looks at these images) |" in card
    assert "have had 1 look," not in page.text + card


@pytest.mark.slow
def test_the_same_results_give_the_same_page(paper, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        render(folder, cells=grid_cells(**ONE))
    for name in ("index.html", "model_card.md", "confusion.svg", "confusion.png"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_the_model_card_warns_and_says_the_figures(paper):
    snakemake, _ = paper
    card = snakemake.output.model_card.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    test = json.loads(snakemake.input.test_metrics.read_text())
    assert "not a medical device" in card
    assert f"| {percent(test['accuracy'])} | {test['correct']} of {test['images']} |" in card
    assert f"`{test['cell']}`" in card


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
QUIET += " --disable-component-update --disable-sync --hide-scrollbars --virtual-time-budget=3000 --dump-dom"

PROBE = """<script>
for (const details of document.querySelectorAll("details")) details.open = true;
document.title = JSON.stringify({
  text: document.body.innerText,
  wide: document.documentElement.scrollWidth - window.innerWidth,
  figures: [...document.querySelectorAll("figure svg")].map(svg => svg.getBoundingClientRect().height),
});
const pictures = [...document.querySelectorAll("svg image")].map(image => image.decode());
Promise.all(pictures).then(() => { document.documentElement.dataset.pictures = pictures.length; });
// Virtual time would pass while another thread decodes the pictures, if nothing was to be done here.
const work = () => {
  for (let i = 0; i < 5e6; i++) Math.sqrt(i);
  if (!document.documentElement.dataset.pictures) setTimeout(work, 1);
};
work();
</script></body>"""


@pytest.mark.rare
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt-get install chromium)")
@pytest.mark.parametrize("window", ["1100,900", "500,900"])
def test_a_browser_shows_it(paper, tmp_path, window):
    snakemake, _ = paper
    source = snakemake.output.report.read_text(encoding="utf-8")
    # The page forbids all scripts; its copy lets one in that reports what a reader sees.
    probed = source.replace("default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'")
    copy = tmp_path / "probed.html"
    copy.write_text(probed.replace("</body>", PROBE), encoding="utf-8")
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [CHROMIUM, *QUIET.split(), profile, f"--window-size={window}", copy.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    seen = json.loads(html.unescape(re.search(r"<title>(.*?)</title>", dom, re.S).group(1)))
    text = re.sub(r"\s+", " ", seen["text"])
    test = json.loads(snakemake.input.test_metrics.read_text())
    assert f"{percent(test['accuracy'])} {test['correct']} of {test['images']} images" in text
    assert "not a medical device" in text
    assert "Pro/WBC-Pro-003.jpg" in text
    assert json.loads(snakemake.input.selection.read_text())["cell"] in text
    assert seen["wide"] <= 0, "the page must not scroll sideways"
    assert len(seen["figures"]) == 13
    assert min(seen["figures"]) > 150
    assert 'data-pictures="2"' in dom, "the heatmap's color bar and the sheet must be pictures that can be shown"
