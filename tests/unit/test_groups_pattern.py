"""Groups from file names: what a pattern gives, and what is refused before the work starts, with remedies that work."""

import pytest
from folders import BASE, SCHEMA, check_source, configure, fill_folder, merge, raised
from smear.configuration.completion import complete_configuration
from smear.images.source import examine_source
from smear.split.group_pattern import match_pattern
from smear.split.planning import count_folds, examine_groups

LEVELS = r"(?P<patient>C\d+)_(?P<photo>\d+)"


def name_images(patients: int = 8, photos: int = 2, cells: int = 2, pure: bool = False) -> list[str]:
    """Paths of cells: of each patient in both classes, or in one each."""
    return [
        f"{name}/C{patient}_{photo}_cell_{cell}.png"
        for number, name in enumerate(("Parasitized", "Uninfected"))
        for patient in range(1, patients + 1)
        if not pure or patient % 2 == number
        for photo in range(1, photos + 1)
        for cell in range(cells)
    ]


def write(tmp_path, paths: list[str], split: dict, **more) -> dict:
    """A configuration of a folder of these images, not completed."""
    fill_folder(tmp_path / "s", paths)
    return BASE | {"dataset": {"source": "folder", "path": str(tmp_path / "s")}, "split": split} | more


def plan(config: dict) -> int:
    """What a call does before its first job; the number of folds."""
    config = complete_configuration(config, SCHEMA)
    check_source(config)
    return count_folds(config, examine_source(config["dataset"]).list_sources())


def find(config: dict):
    config = complete_configuration(config, SCHEMA)
    return examine_groups(config, examine_source(config["dataset"]).list_sources())


def test_a_group_of_the_file_name(tmp_path):
    groups = find(write(tmp_path, name_images(), {"groups_pattern": r"^(C\d+)"}))
    assert groups.levels.loc["Uninfected/C3_2_cell_1.png"].to_dict() == {"group": "C3"}
    assert groups.levels["group"].nunique() == 8
    assert groups.notes == ["Groups of the images: group (8 groups)."]


def test_named_groups_are_levels_told_apart_by_those_above(tmp_path):
    groups = find(write(tmp_path, name_images(), {"unit": "group", "groups_pattern": LEVELS}))
    assert groups.levels.loc["Uninfected/C3_2_cell_1.png"].to_dict() == {"patient": "C3", "photo": "C3/2"}
    assert "patient (8 groups), photo (16 groups); the split keeps patient whole." in groups.notes[0]
    assert "Equal values of photo in different groups of the level above are different groups." in groups.notes[0]


def test_a_pattern_with_a_slash_is_searched_in_the_path():
    sources = {"A/p 1__1.png": "A/p 1/1.png", "A/p 2__1.png": "A/p 2/1.png"}
    assert match_pattern("([^/]+)/[^/]+$", sources)["group"].tolist() == ["p 1", "p 2"]
    assert match_pattern(r"^(\d)", sources)["group"].tolist() == ["1", "1"]
    assert match_pattern("^(p )?1", sources)["group"].tolist() == [None, None]


def test_patients_in_folders(tmp_path):
    paths = [f"{name}/patient {number}/{file}.png" for name in "AB" for number in range(6) for file in range(4)]
    groups = find(write(tmp_path, paths, {"groups_pattern": "patient ([^/]+)/"}))
    assert groups.levels["group"].nunique() == 6


FAULTS = {
    "no expression": ({"groups_pattern": "(C"}, "is no regular expression (missing ), unterminated subpattern"),
    "no group": ({"groups_pattern": r"C\d+"}, r"has no group; put the part of the name"),
    "several without names": ({"groups_pattern": r"(C\d+)_(\d+)"}, "has 2 groups without names; name each level"),
    "not all images": ({"groups_pattern": r"^(C[1-6])_"}, "gives 48 of 64 images a group, and not C7_1_cell_0.png, "),
    "no image": ({"groups_pattern": r"^(D\d+)"}, "gives 0 of 64 images a group"),
    "one for each": ({"groups_pattern": "^(.*)$", "unit": "group"}, "gives every one of 64 images a group of its own"),
    "one for all": ({"groups_pattern": "^(C)"}, "puts all 64 images into one group, C, which cannot be split"),
    "one for all of a level": ({"groups_pattern": r"(?P<lab>C)(?P<patient>\d+)"}, "into one lab, C, which"),
    "another unit": ({"groups_pattern": r"^(C\d+)", "unit": "stain"}, "and split.unit is stain; set split.unit: group"),
    "a unit without groups": ({"unit": "group"}, "split.unit is group, which needs split.groups_pattern or"),
    "leave one of nothing out": ({"folds": "leave_one_out"}, "is leave_one_out, which needs groups of your own"),
    "too few for folds": (
        {"groups_pattern": r"^(C\d)", "folds": 10},
        "(group), which stay whole, and needs 11",
    ),
}
WITHOUT_REMEDY = ("no expression", "no group", "several without names", "not all images", "no image")


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_named_before_the_start_and_its_remedies_work(tmp_path, case):
    split, words = FAULTS[case]
    paths = [path.replace(".png", f"{number}.png") for number, path in enumerate(name_images())]
    config = write(tmp_path, paths if case == "one for each" else name_images(), split)
    error = raised(plan, config)
    assert words in str(error)
    assert bool(error.remedies) == (case not in WITHOUT_REMEDY)
    for remedy in error.remedies:
        plan(merge(config, remedy))


def test_a_pattern_and_a_table_exclude_each_other(tmp_path):
    config = write(tmp_path, name_images(), {"groups_pattern": r"^(C\d+)"})
    table = tmp_path / "g.csv"
    table.write_text("image,group\n" + "".join(f"{path},{path[:16]}\n" for path in name_images()))
    config = merge(config, {"split": {"groups_csv": str(table)}})
    error = raised(plan, config)
    assert "split.groups_csv and split.groups_pattern are both set" in str(error)
    for remedy in error.remedies:
        plan(merge(config, remedy))


def test_a_class_in_too_few_groups_is_named_with_the_number_needed(tmp_path):
    rare = [f"Rare/C{patient}_1_cell_{cell}.png" for patient in (1, 2) for cell in range(12)]
    paths = name_images(12, pure=True) + rare
    config = write(tmp_path, paths, {"groups_pattern": r"^(C\d+)"})
    error = raised(plan, config)
    assert str(error) == (
        "Class Rare lies in 2 groups (group), which stay whole, and needs 3, one for each split: leave it out with "
        "dataset.classes, or add images of other groups."
    )
    assert error.remedies == [{"dataset": {"classes": ["Parasitized", "Uninfected"]}}]
    plan(merge(config, error.remedies[0]))


def write_table(path, header: str, rows: list[list]) -> None:
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in [[header], *rows]))


def test_a_table_with_several_levels(tmp_path):
    names = [(path, *path.rpartition("/")[2].split("_")[:2]) for path in name_images()]
    table = tmp_path / "g.csv"
    config = write(tmp_path, name_images(), {"groups_csv": str(table)})
    rows = [[number, name, photo, patient, "60 x"] for number, (name, patient, photo) in enumerate(names)]
    write_table(table, ",image,photo,patient,lens", rows)
    groups = find(config)
    assert list(groups.levels) == ["patient", "photo"]
    assert groups.levels["photo"].nunique() == 16
    assert groups.notes[0] == f"The same for all images, and no level of groups: lens of {table}."
    write_table(table, ",image,photo,batch,lens", rows)
    assert list(find(config).levels) == ["photo", "batch"], "of levels that cross each other the first comes first"
    write_table(table, "image,photo,batch", [[name, f"{batch}-{photo}", batch] for name, batch, photo in names])
    assert list(find(config).levels) == ["batch", "photo"]


def test_one_table_has_labels_and_groups(tmp_path):
    names = [f"C{patient}_{cell}.png" for patient in range(1, 9) for cell in range(4)]
    fill_folder(tmp_path / "s", names)
    table = tmp_path / "all.csv"
    write_table(table, "file,dx,patient", [[name, "ab"[number % 2], name[:2]] for number, name in enumerate(names)])
    given = {"labels_csv": str(table), "labels_columns": {"image": "file", "label": "dx"}}
    fractions = {"train": 0.6, "validation": 0.2, "test": 0.2}
    config = configure(tmp_path / "s", split={"groups_csv": str(table), "fractions": fractions}, **given)
    assert check_source(config) == {"a": 16, "b": 16}
    groups = examine_groups(config, examine_source(config["dataset"]).list_sources())
    assert list(groups.levels) == ["patient"]


def test_a_group_is_left_out_once_for_a_grid_of_one_row(tmp_path):
    split = {"groups_pattern": r"^(C\d+)", "folds": "leave_one_out"}
    config = write(tmp_path, name_images(), split)
    assert plan(config) == 7, "one of eight is for the test"
    larger = merge(config, {"grid": BASE["grid"] | {"learning_rate": [0.1, 0.2], "epochs": [1, 2]}})
    error = raised(plan, larger)
    assert "trains a grid cell once for each of 7 groups; for the grid's 4 that would be 28 trainings" in str(error)
    for remedy in error.remedies:
        plan(merge(larger, remedy))


@pytest.mark.parametrize("dataset", [{"source": "kaggle", "handle": "a/b"}, {"source": "synthetic"}])
def test_groups_that_show_later_cannot_be_left_out_once(dataset):
    config = BASE | {"dataset": dataset, "split": {"groups_pattern": r"(\d+)", "folds": "leave_one_out"}}
    error = raised(plan_unseen, config)
    assert "split.folds: 5" in str(error)
    for remedy in error.remedies:
        assert plan_unseen(merge(config, remedy)) == 5


def plan_unseen(config: dict) -> int:
    return count_folds(complete_configuration(config, SCHEMA), None)
