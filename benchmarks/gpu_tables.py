"""Tables in Markdown of the figures that `gpu_speed.py` and `gpu_grid.py` leave."""

import statistics

from figures import Figures


def tabulate_speed(command: str, figures: Figures) -> str:
    """All that `gpu_speed.py` found."""
    (origin,) = figures.select("origin")
    parts = [
        f"# Speed on a GPU\n\n`{command}`: {origin['device']}; {origin['versions']}.\n\n"
        f"{origin['architecture']}, {origin['size']} px, {origin['images']} images of noise, resident on the "
        "device; medians of turns.\n",
        tabulate_ways(figures),
        tabulate_side_by_side(figures),
        tabulate_preparation(figures),
        *(f"{figure['what']}: {figure['why']}\n" for figure in figures.select("failure")),
    ]
    return "\n".join(filter(None, parts))


def collect_speeds(figures: Figures, kind: str, *keys: str) -> dict[tuple, float]:
    """The median speed, in images a second, of what has the same values of `keys`."""
    found = {}
    for figure in figures.select(kind):
        found.setdefault(tuple(figure[key] for key in keys), []).append(figure["speed"])
    return {key: statistics.median(speeds) for key, speeds in found.items()}


def tabulate_ways(figures: Figures) -> str:
    """Every way at every batch size: images a second, and those as a share of the bare step's, of timm's, and of the
    deterministic cell's."""
    speeds = collect_speeds(figures, "speed", "what", "work")
    lines = [
        "| what | | images/s | of the bare step | of timm | of deterministic |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for (what, work), speed in speeds.items():
        batch = what.split(", ")[1]
        default = ", ".join(what.split(", ")[:2])
        references = [(what, "bare step"), (f"timm, {batch}", ""), (default, work) if default != what else None]
        ratios = [f"{speed / speeds[other]:.2f}" if other in speeds else "" for other in references]
        lines.append(f"| {what} | {work} | {speed:,.0f} | {' | '.join(ratios)} |")
    return "\n".join(lines) + "\n"


def tabulate_side_by_side(figures: Figures) -> str:
    """Several cells at a time on one GPU."""
    speeds = collect_speeds(figures, "side by side", "cells")
    if not speeds:
        return ""
    lines = ["| cells at a time | images/s, all together | of one cell |", "|---:|---:|---:|"]
    for (cells,), speed in speeds.items():
        lines.append(f"| {cells} | {speed:,.0f} | {speed / speeds.get((1,), speed):.2f} |")
    return "\n".join(lines) + "\n"


def tabulate_preparation(figures: Figures) -> str:
    """How long a process takes until its first epoch is done; later ones find compiled programs in the cache."""
    lines = ["| process | ready after, s |", "|---|---:|"]
    lines += [f"| {figure['what']} | {figure['seconds']:.0f} |" for figure in figures.select("ready")]
    return "\n".join(lines) + "\n"


def tabulate_grid(command: str, figures: Figures, metrics: dict[str, dict | None]) -> str:
    """What `gpu_grid.py` trained: one row a cell, and when each number of epochs was done.

    metrics: of every cell that was to be trained, None where it is not finished.
    """
    (origin,) = figures.select("origin")
    lines = [f"# A grid by halving on a GPU\n\n`{command}`: {origin['device']}; {origin['versions']}.\n"]
    lines += ["| cell | status | validation accuracy | epochs, s | job, s |", "|---|---|---:|---:|---:|"]
    jobs = {figure["name"]: figure["seconds"] for figure in figures.select("cell")}
    for name, figure in metrics.items():
        found = figure or {"status": "not finished"}
        accuracy = f"{100 * found['validation_accuracy']:.2f} %" if "validation_accuracy" in found else ""
        seconds = [f"{value:.0f}" if value is not None else "" for value in (found.get("seconds"), jobs.get(name))]
        lines.append(f"| {name} | {found['status']} | {accuracy} | {' | '.join(seconds)} |")
    lines += ["", "| epochs | cells | | after, s |", "|---:|---:|---|---:|"]
    for figure in figures.select("rung"):
        status = "finished" if figure["finished"] else "stopped"
        lines.append(f"| {figure['epochs']} | {figure['cells']} | {status} | {figure['seconds']:.0f} |")
    return "\n".join(lines)
