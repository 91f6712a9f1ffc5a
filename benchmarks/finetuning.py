"""How much of "high learning rates are worse" is the running statistics: EfficientNet-Lite0 from its ImageNet weights.

    python benchmarks/finetuning.py train results/<experiment> --optimizer adam --rate 0.003 [--epochs 10]
    python benchmarks/finetuning.py draw

The first trains one chain on the tensors that a run of the workflow has made, with the augmentation of the paper's
grid. After every epoch the same weights are validated with the running statistics and with recalibrated ones; each
epoch is a row of finetuning.csv beside this file. The second draws finetuning.svg and prints a table in Markdown. No
test image is read.
"""

import argparse
import csv
from pathlib import Path

import rounds
from batch_norm import Epoch, read_images, train_epochs
from builders import BATCH, STRONG, build_training, count_threads, prepare_device

HERE = Path(__file__).parent
TABLE, FIGURE = HERE / "finetuning.csv", HERE / "finetuning.svg"
ARCHITECTURE = "EfficientNetLite0"
COLUMNS = ("optimizer", "learning_rate", "size", "epoch", *Epoch._fields)


def train(arguments) -> None:
    """Append a row for each epoch to the table."""
    from smear.training.architectures.registry import PUBLISHED_WEIGHTS
    from smear.training.keras_start import start_keras

    start_keras("tensorflow", arguments.results.parent / "weights/models" / PUBLISHED_WEIGHTS[ARCHITECTURE].file_name)
    from smear.grid import Cell

    cell = Cell(ARCHITECTURE, arguments.optimizer, arguments.rate, BATCH, 0, arguments.epochs)
    data = read_images(arguments.results)
    settings = {"weights": "imagenet", "reestimate_batch_norm": "on", "augmentation": STRONG}
    training = build_training(cell, prepare_device(count_threads()), *data, True, **settings)
    for number, epoch in enumerate(train_epochs(training), start=1):
        row = [cell.optimizer, cell.learning_rate, data[0][0].shape[1], number, *(f"{value:.5g}" for value in epoch)]
        new = not TABLE.exists()
        with TABLE.open("a", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if new:
                writer.writerow(COLUMNS)
            writer.writerow(row)


def draw() -> None:
    """Draw the curves side by side, and print the table."""
    import matplotlib.pyplot as plt
    import pandas as pd
    from smear.figures.style import HUES, QUIET, header, house_style, write_percent

    table = pd.read_csv(TABLE)
    chains = sorted(set(zip(table["optimizer"], table["learning_rate"], strict=True)))
    with house_style():
        figure, panels = plt.subplots(
            1, len(chains), figsize=(2.9 * len(chains), 4.2), sharey=True, layout="constrained"
        )
        for axes, (optimizer, rate) in zip(panels, chains, strict=True):
            chain = table[(table["optimizer"] == optimizer) & (table["learning_rate"] == rate)]
            for name, color, style in (("running", QUIET, "--"), ("recalibrated", HUES[0], "-")):
                axes.plot(chain["epoch"], chain[name], style, color=color, marker="o", markersize=4, label=name)
            axes.set_title({"adam": "Adam", "rmsprop": "RMSprop"}[optimizer] + f", {rate:g}")
            axes.set_xlabel("Epoch")
        write_percent(panels[0].yaxis)
        panels[0].set_ylabel("Validation accuracy")
        panels[-1].legend(title="Statistics", loc="lower right")
        start = f"{ARCHITECTURE} from ImageNet weights, {table['size'][0]} px, batch {BATCH}"
        text = f"The same weights, validated twice after every epoch. {start}."
        header(figure, "Running and recalibrated batch-norm statistics", text)
        figure.savefig(FIGURE)
    print(f"# Fine-tuning with running and with recalibrated statistics\n\n{rounds.describe_machine()}.\n")
    print("| optimizer | learning rate | statistics | validation accuracy after each epoch, % |\n|---|---:|---|---|")
    for optimizer, rate in chains:
        chain = table[(table["optimizer"] == optimizer) & (table["learning_rate"] == rate)]
        for name in ("running", "recalibrated"):
            values = " ".join(f"{100 * value:.1f}" for value in chain[name])
            print(f"| {optimizer} | {rate:g} | {name} | {values} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    of_training = commands.add_parser("train")
    of_training.add_argument("results", type=Path)
    of_training.add_argument("--optimizer", default="adam")
    of_training.add_argument("--rate", type=float, default=0.0001)
    of_training.add_argument("--epochs", type=int, default=10)
    commands.add_parser("draw")
    arguments = parser.parse_args()
    train(arguments) if arguments.command == "train" else draw()


if __name__ == "__main__":
    main()
