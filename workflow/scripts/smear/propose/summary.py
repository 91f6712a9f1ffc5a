"""What is said of a proposal before it is run."""

from pathlib import Path

from smear.disk import FEATURES, estimate_cell, estimate_embeddings, estimate_tensor, format_size
from smear.job import list_some, show_path
from smear.propose.look import find_conflicts
from smear.propose.pixels import describe_sizes
from smear.propose.plan import describe_time
from smear.propose.proposal import Proposal
from smear.split.targets import SPLITS, write_shares
from smear.training.settings import collect_settings


def summarize(proposal: Proposal, path: Path, images: str) -> str:
    """What was found and chosen, how long it takes, and where the report will be."""
    seen, config, plan = proposal.seen, proposal.config, proposal.plan
    counts = list_some((f"{name} {count:,}" for name, count in seen.counts.items()), 6)
    grid = plan.grid
    rows = {
        "Images": f"{seen.images:,} of {len(seen.counts)} classes ({counts}), {describe_sizes(seen.sample)}",
        "Split": describe_split(config["split"]),
        "Grid": f"{grid['architecture'][0]} at {plan.size} px, {' and '.join(grid['optimizer'])}, learning rate "
        f"{' and '.join(map(str, grid['learning_rate']))}, epochs {' and '.join(map(str, grid['epochs']))}",
        "Time": f"{describe_time(plan, proposal.machine)}; the other steps take some minutes",
        "Disk": f"about {format_size(estimate_bytes(proposal))} in results",
        "Report": f"results/{config['experiment']}/report/index.html",
    }
    lines = [f"{name + ':':8} {text}" for name, text in rows.items()]
    title = f"blastgrid: {show_path(images)} was looked at, and {path} written; edit it and call again to change it."
    return "\n".join([title, *lines, *warn(proposal)])


def describe_split(split: dict) -> str:
    """The split in one line."""
    unit = f"groups of {split['groups_pattern']}" if split["groups_pattern"] else f"unit {split['unit']}"
    if split["unit"] == "folders":
        return "as the folders say"
    folds = f", {split['folds']} folds" if split["folds"] else ""
    return f"{unit}, {write_shares(split['fractions'])} for {', '.join(SPLITS)}{folds}"


def estimate_bytes(proposal: Proposal) -> int:
    """Bytes that a run leaves."""
    config, counts = proposal.config, proposal.seen.counts
    fractions, size = config["split"]["fractions"], config["image"]["size"]
    tensors = sum(estimate_tensor(counts, fractions, split, size) for split in SPLITS)
    features = sum(estimate_embeddings(counts, fractions, split, FEATURES) for split in SPLITS)
    cells = sum(estimate_cell(cell, collect_settings(config, cell)) for cell in proposal.plan.cells)
    return proposal.seen.examined.copied + tensors + features + cells


def warn(proposal: Proposal) -> list[str]:
    """Sentences on images that deserve a look before the result is believed."""
    seen, lines = proposal.seen, []
    if conflicts := find_conflicts(seen):
        pair, more = list_some(conflicts[0], 2), len(conflicts) - 1
        rest = f" (and {more} more contents)" if more else ""
        lines.append(f"Warning: equal files in several classes: {pair}{rest}; remove those with a wrong label.")
    if seen.rejected:
        opened = len(seen.sample) + len(seen.rejected)
        listed = list_some((f"{image_id} ({reason})" for image_id, reason in seen.rejected.items()), 2)
        lines.append(f"Warning: {len(seen.rejected)} of {opened} opened files are no usable images: {listed}.")
    return lines
