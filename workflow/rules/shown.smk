# Helpers of augmentation.smk and report.smk: the sets of augmentations that are shown. No rule is defined here.
# Takes: the names that common.smk and cells.smk give.

from smear.training.settings import changes_images, list_augmentations


def list_shown_sets():
    """The sets of augmentations that the grid uses and that change images, each with the color of its first grid cell."""
    sets = {name: one for name, one in list_augmentations(config).items() if changes_images(one)}
    shown = {}
    for cell in CELLS.values():
        if cell.augmentation in sets:
            shown.setdefault(cell.augmentation, {"color": cell.color, "strengths": sets[cell.augmentation]})
    return shown


SHOWN_SETS = list_shown_sets()
SHOWN_COLORS = list(dict.fromkeys(one["color"] for one in SHOWN_SETS.values()))


def get_shown_tensors(kind):
    """The files of the training images, `npy`, `csv` or `digests.json`, in the colors that are shown."""
    return [f"results/{{experiment}}/tensors/train{mark_color(color)}.{kind}" for color in SHOWN_COLORS]


def get_small_memory(wildcards, attempt):
    """Megabytes for a job that starts Keras and builds no network."""
    return 2000 * attempt


def get_shown_files():
    """The figure of augmented images as named inputs of the report, where a set changes any."""
    if not SHOWN_SETS:
        return {}
    folder = "results/{experiment}/augmentation"
    return {
        "augmentation_svg": f"{folder}/augmentation.svg",
        "augmentation_digests": ancient(f"{folder}/figure.digests.json"),
    }
