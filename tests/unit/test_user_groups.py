"""A user's own table of groups or splits: what is read, and what is refused with which words."""

import pytest
from smear.job import UserError
from smear.split.user_groups import check_folds, match_images, read_user_groups

IMAGES = {name: name for name in ("a/1.png", "a/2.png", "b/1.png", "b/3.png")}


def write(tmp_path, text: str):
    path = tmp_path / "groups.csv"
    path.write_text(text)
    return path


def test_images_are_named_with_or_without_their_class(tmp_path):
    table = read_user_groups(
        write(tmp_path, "image,group\na/1.png,p1\n2.png,p1\nb/1.png,p2\n3.png,007\nextra.png,p9\n")
    )
    assert match_images(IMAGES, table, "x.csv").levels["group"].tolist() == ["p1", "p1", "p2", "007"]


def test_a_manifest_serves_as_a_split(tmp_path):
    text = "image_id,class,split\na/1.png,a,train\na/2.png,a,test\nb/1.png,b,train\nb/3.png,b,validation\n"
    found = match_images(IMAGES, read_user_groups(write(tmp_path, text)), "x.csv")
    assert found.levels is None
    assert found.split.tolist() == ["train", "test", "train", "validation"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("picture,group\na,b\n", r"columns picture, group; it needs image, and group or split"),
        ("image\na\n", r"it needs image, and group or split"),
        ("", r"is no CSV file"),
        ("image,group\na/1.png,\n", r"line 2 of .* has an empty value"),
        ("image,group\na/1.png,p\na/1.png,q\n", r"names a/1.png twice"),
        ("image,split\na/1.png,training\n", r"has the split training; allowed: train, validation, test"),
    ],
)
def test_a_bad_table_is_refused(tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        read_user_groups(write(tmp_path, text))


def test_a_table_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match=r"groups.csv does not exist"):
        read_user_groups(tmp_path / "groups.csv")


@pytest.mark.parametrize(
    ("missing", "shown"), [(3, "a0.png, a1.png, a2.png;"), (4, "a0.png, a1.png, a2.png and 1 more;")]
)
def test_of_many_missing_images_the_first_three_are_named(tmp_path, missing, shown):
    table = read_user_groups(write(tmp_path, "image,group\nz.png,p\n"))
    with pytest.raises(UserError, match=f"lacks {missing} of {missing} images, such as {shown}"):
        match_images({f"a{number}.png": f"a{number}.png" for number in range(missing)}, table, "x.csv")


@pytest.mark.parametrize(
    ("columns", "folds", "refused"), [("group", 5, False), ("split", 0, False), ("split", 5, True)]
)
def test_a_split_of_the_user_and_folds_exclude_each_other(tmp_path, columns, folds, refused):
    split = {"groups_csv": str(write(tmp_path, f"image,{columns}\na/1.png,train\n")), "folds": folds}
    table = read_user_groups(split["groups_csv"])
    if refused:
        with pytest.raises(UserError, match=r"split.folds is 5, but .* set folds: 0 or remove the column split"):
            check_folds(table, split)
    else:
        check_folds(table, split)


def test_groups_and_split_may_stand_side_by_side(tmp_path):
    table = read_user_groups(write(tmp_path, "image,split,group\na/1.png,train,7\n"))
    assert table.to_dict("records") == [{"image": "a/1.png", "group": "7", "split": "train"}]


def test_missing_and_ambiguous_images_are_named(tmp_path):
    table = read_user_groups(write(tmp_path, "image,group\na/1.png,p\na/2.png,p\n"))
    with pytest.raises(UserError, match=r"lacks 2 of 4 images, such as b/1.png, b/3.png"):
        match_images(IMAGES, table, "x.csv")
    table = read_user_groups(write(tmp_path, "image,group\n1.png,p\n2.png,p\n3.png,p\n"))
    with pytest.raises(UserError, match=r"names 1.png, which several classes have; write <Class>/1.png"):
        match_images(IMAGES, table, "x.csv")
