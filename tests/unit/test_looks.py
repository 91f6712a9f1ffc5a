"""Every look at test images is a row, whoever adds one at the same time, and counts for the images that it saw."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.script_process import SCRIPTS
from smear.evaluation.looks import Look, add_look, digest_images, find_looks, read_found, read_looks, write_looks
from smear.job import UserError
from smear.report.looks import describe_looks

ADDER = """
import sys
from pathlib import Path
from smear.evaluation.looks import add_look

for number in range(int(sys.argv[3])):
    add_look(Path(sys.argv[1]), sys.argv[2], {str(number % 3)}, "m", "c")
    print(number, flush=True)
"""


def image(number: int) -> str:
    return f"{number:064x}"


def test_a_look_says_what_is_new_in_it(tmp_path):
    table, images = tmp_path / "test_looks.csv", {image(0), image(1)}
    calls = [
        ("one", images, "m1", "c1", "first look at these images"),
        ("one", images, "m1", "c1", "made again: nothing has changed"),
        ("one", images, "m2", "c1", "other than before: model"),
        ("two", images, "m3", "c2", "other than before: experiment, model, configuration"),
        ("two", {image(2)}, "m3", "c2", "first look at these images"),
        ("two", {image(1), image(2)}, "m3", "c2", "other than before: test images"),
    ]
    for experiment, seen, model, configuration, why in calls:
        look = add_look(table, experiment, seen, model, configuration)
        assert look.why == why
        assert look.test_images == digest_images(seen)
    assert [look.why for look in read_looks(table)] == [call[-1] for call in calls]
    assert table.read_text().splitlines()[0] == ",".join(Look._fields)
    assert [shared for _, shared in find_looks(table, {image(1)})] == [1, 1, 1, 1, 1]
    assert [shared for _, shared in find_looks(table, images)] == [2, 2, 2, 2, 1]
    assert find_looks(table, {image(9)}) == []


@given(st.lists(st.sets(st.integers(0, 5), min_size=1), min_size=1, max_size=5), st.sets(st.integers(0, 5), min_size=1))
def test_a_look_counts_for_the_images_that_it_saw(tmp_path_factory, seen, asked):
    table = tmp_path_factory.mktemp("looks") / "test_looks.csv"
    for numbers in seen:
        add_look(table, "any", set(map(image, numbers)), "m", "c")
    found = find_looks(table, set(map(image, asked)))
    assert [shared for _, shared in found] == [len(numbers & asked) for numbers in seen if numbers & asked]
    write_looks(found, table.with_name("copy.csv"))
    assert read_found(table.with_name("copy.csv")) == found


def start_adding(table: Path, experiment: str, looks: int) -> subprocess.Popen:
    command = [sys.executable, "-c", ADDER, str(table), experiment, str(looks)]
    return subprocess.Popen(command, env={"PYTHONPATH": str(SCRIPTS)}, stdout=subprocess.PIPE, text=True)


def test_no_look_is_lost_where_several_jobs_add_theirs_and_one_is_killed(tmp_path):
    table = tmp_path / "test_looks.csv"
    jobs = {name: start_adding(table, name, 60) for name in ("one", "two")}
    killed = start_adding(table, "killed", 10**6)
    told = [int(killed.stdout.readline()) for _ in range(20)]
    killed.kill()
    told += map(int, killed.stdout.read().split())
    for job in jobs.values():
        assert job.wait(timeout=60) == 0
    looks = read_looks(table)
    names = [look.experiment for look in looks]
    assert [names.count(name) for name in jobs] == [60, 60]
    assert len(told) <= names.count("killed") <= len(told) + 1
    assert len(find_looks(table, {"0", "1", "2"})) == len(looks)


def test_a_full_disk_takes_no_half_row(small_disk):
    table = small_disk / "test_looks.csv"
    add_look(table, "one", {image(0)}, "m", "c")
    before = table.read_bytes()
    (small_disk / "filler").write_bytes(bytes(shutil.disk_usage(small_disk).free))
    with pytest.raises(OSError, match="No space left"):
        add_look(table, "x" * 9000, {image(0)}, "m", "c")
    assert table.read_bytes() == before


@pytest.mark.parametrize("damage", ["cut", "header", "word", "list"])
def test_a_damaged_table_is_named_with_its_line(tmp_path, damage):
    table = tmp_path / "test_looks.csv"
    for experiment in ("one", "two"):
        add_look(table, experiment, {image(0)}, "m", "c")
    text = table.read_text()
    (names,) = (tmp_path / "test_images").iterdir()
    if damage == "list":
        names.write_text(names.read_text()[:-2])
    else:
        table.write_text({"cut": text[:-9], "header": text.partition("\n")[2], "word": f"{text}what?\n"}[damage])
    line = {"cut": "Line 3 of", "header": "Line 1 of", "word": "Line 4 of", "list": "is not the list of test images"}
    with pytest.raises(UserError, match=line[damage]):
        find_looks(table, {image(0)})
    with pytest.raises(UserError, match=line[damage]):
        add_look(table, "three", {image(0)}, "m", "c")
    if damage != "list":
        assert "three" not in table.read_text()


def test_the_words_of_a_report_give_counts_of_looks_experiments_and_parts():
    look = Look("2026-01-02T03:04:05+00:00", "one", "i", "m", "c", 8, "first look at these images")
    once = describe_looks([(look, 8)], 8, 8)
    assert once.startswith("These 8 test images have had 1 look, by 1 experiment, ")
    assert describe_looks([(look, 8)], 9, 8).startswith("These 9 test images (8 different files) have had 1 look,")
    assert "optimistic" not in once
    thrice = describe_looks([(look, 8), (look._replace(experiment="two"), 3), (look, 8)], 8, 8)
    assert "have had 3 looks, by 2 experiments" in thrice
    assert "1 of the looks saw only some of them" in thrice
    assert "is optimistic" in thrice
