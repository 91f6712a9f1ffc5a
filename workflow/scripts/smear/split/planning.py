"""What of a split can be judged before the work starts, from the names of the images and the user's table."""

from collections.abc import Mapping
from fractions import Fraction

from smear.split.folder_splits import check_folder_splits
from smear.split.group_checks import check_enough, plan_folds
from smear.split.leave_one_out import FOLDS
from smear.split.outer_checks import check_outer_folds
from smear.split.sequence import check_numbered
from smear.split.targets import check_class_sizes
from smear.split.user_groups import Groups, check_folds, find_groups, has_groups, read_user_groups


def examine_groups(config: dict, sources: Mapping[str, str] | None) -> Groups | None:
    """The user's groups, None without any. sources: the path in the source by `image_id`, None if it is not known yet.

    Errors: a UserError for a table or a pattern that cannot be used.
    """
    split = config["split"]
    columns = get_shared_columns(config)
    table = None
    if split["groups_csv"]:
        table = read_user_groups(split["groups_csv"], columns)
        check_folds(table, split)
    if sources and has_groups(split):
        allowed = Fraction(str(config["dataset"]["max_rejected_share"])) * len(sources)
        return find_groups(split, sources, allowed, columns)
    return None if table is None else Groups(None, table.get("split"), [])


def gives_groups(config: dict) -> bool:
    """Whether the user names groups, and not a split alone."""
    split = config["split"]
    if not split["groups_csv"]:
        return split["groups_pattern"] is not None
    return bool({*read_user_groups(split["groups_csv"], get_shared_columns(config))} - {"image", "split"})


def get_shared_columns(config: dict) -> dict[str, str] | None:
    """The names of the columns of a table of groups that is the table of labels, too."""
    shared = config["split"]["groups_csv"] and config["split"]["groups_csv"] == config["dataset"]["labels_csv"]
    return config["dataset"]["labels_columns"] if shared else None


def check_split(
    config: dict, counts: dict[str, int], sources: Mapping[str, str] | None, groups: Groups | None
) -> list[str]:
    """Sentences on how the images are split; a UserError where they do not do for it. counts: images by class."""
    dataset, split = config["dataset"], config["split"]
    selectable = sources is not None and not dataset["labels"]
    notes = [] if groups is None else list(groups.notes)
    given = groups is not None and groups.split is not None
    if split["unit"] == "folders" and not split["groups_csv"]:
        return notes + check_folder_splits(None if sources is None else list(sources.values()))
    if not given and groups and groups.levels is not None:
        check_enough(groups, dataset["labels"], split["folds"], selectable)
    if not given and split["folds"] != FOLDS:
        check_class_sizes(counts, split["fractions"], selectable)
    if split["outer_folds"]:
        check_outer_folds(split, counts, groups, dataset["labels"])
    if sources and split["unit"] == "sequence" and not split["groups_csv"]:
        check_numbered(sources)
    return notes


def count_folds(config: dict, sources: Mapping[str, str] | None) -> int:
    """How often a grid cell is trained, 0 without folds; see `plan_folds` for errors."""
    split = config["split"]
    groups = examine_groups(config, sources) if split["folds"] == FOLDS and sources else None
    return plan_folds(split, config["grid"], groups, config["dataset"]["labels"])
