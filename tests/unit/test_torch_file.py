"""Tensors are read without PyTorch, and a file that would run something is refused before it does."""

import pickle
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from smear.download.torch_file import read_torch_file
from torch_files import finish, list_parts, plain, write_torch_file

SHAPES = arrays_of.array_shapes(min_dims=0, max_dims=4, max_side=4)
FLOATS = arrays_of.arrays(np.dtype("<f4"), SHAPES, elements=st.floats(width=32, allow_nan=False))
COUNTS = arrays_of.arrays(np.dtype("<i8"), SHAPES)
TABLES = st.dictionaries(st.text(max_size=8), FLOATS | COUNTS, max_size=4)
ARRAYS = {"a.weight": np.arange(24, dtype="<f4").reshape(2, 3, 4), "a.steps": np.array(7, "<i8")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("torch")


@given(TABLES)
def test_arrays_come_back_as_they_were(folder, arrays):
    found = read_torch_file(write_torch_file(folder / "whole.pth", arrays))
    assert found.keys() == arrays.keys()
    assert all(
        np.array_equal(found[name], array) and found[name].dtype == array.dtype for name, array in arrays.items()
    )


def test_a_tensor_may_be_a_transposed_part_of_its_storage(tmp_path):
    changes = {"a.weight": {"first": 4, "shape": (2, 3), "strides": (1, 4)}}
    found = read_torch_file(write_torch_file(tmp_path / "part.pth", ARRAYS, changes))
    assert found["a.weight"].tolist() == [[4, 8, 12], [5, 9, 13]]


@given(st.data())
def test_a_file_that_was_cut_is_refused(folder, data):
    whole, path = b"".join(list_parts(ARRAYS)), folder / "cut.pth"
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(ValueError, match=r"cut\.pth is no file of tensors in PyTorch's format before 1\.6: "):
        read_torch_file(path)


@given(st.data())
def test_a_file_with_another_byte_is_refused_or_has_other_numbers(folder, data):
    damaged, path = bytearray(b"".join(list_parts(ARRAYS))), folder / "damaged.pth"
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(damaged)
    try:
        found = read_torch_file(path)
    except ValueError:
        return
    assert all(type(name) is str and type(array) is np.ndarray for name, array in found.items())


def test_a_damaged_number_of_an_object_takes_no_memory(folder):
    path = folder / "number.pth"
    path.write_bytes(
        pickle.PROTO + b"\2" + pickle.NONE + pickle.LONG_BINPUT + (2**22).to_bytes(4, "little") + pickle.STOP
    )
    tracemalloc.start()
    with pytest.raises(ValueError, match=r"number\.pth is no file of tensors"):
        read_torch_file(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


@pytest.mark.parametrize(
    "change",
    [
        {"first": 1},
        {"first": -1},
        {"shape": (2, 3, 5)},
        {"strides": (13, 4, 1)},
        {"strides": (-12, 4, 1)},
        {"shape": (2, 3)},
        {"shape": (2, 3, -4)},
        {"shape": (2, 3, 0)},
        {"shape": (10**12, 1, 1), "strides": (0, 0, 0)},
        {"shape": "234"},
        {"strides": (12.0, 4.0, 1.0)},
        {"count": 25},
        {"count": 10**15},
        {"count": -1},
        {"count": "24"},
    ],
)
def test_a_tensor_beyond_its_storage_is_refused(tmp_path, change):
    with pytest.raises(ValueError, match="no file of tensors"):
        read_torch_file(write_torch_file(tmp_path / "beyond.pth", ARRAYS, {"a.weight": change}))


def test_a_count_that_no_file_has_room_for_takes_no_memory(tmp_path):
    parts = list_parts({"a": np.zeros(4, "<f4")}, {"a": {"count": 10**15}})
    (tmp_path / "huge.pth").write_bytes(b"".join([*parts[:5], (10**15).to_bytes(8, "little"), parts[5][8:]]))
    with pytest.raises(ValueError, match="ends within storage 0"):
        read_torch_file(tmp_path / "huge.pth")


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, {1: 2}, {"a": {}}, None, "text"])
def test_what_is_no_table_of_tensors_is_refused(tmp_path, value):
    parts = list_parts({})
    parts[3] = finish(plain(value))
    (tmp_path / "other.pth").write_bytes(b"".join(parts))
    with pytest.raises(ValueError, match="no file of tensors"):
        read_torch_file(tmp_path / "other.pth")


class Reduced:
    """What a pickle of it does when it is read: `open(path, "w")`."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


def list_hostile(marker) -> dict[str, bytes]:
    """Opcodes that would make the file `marker`, by the way that they take."""
    command, expression = f"touch '{marker}'", f"open({str(marker)!r}, 'w')"
    opened = plain(str(marker)) + plain("w")
    return {
        "a call": b"cos\nsystem\n(" + plain(command) + b"tR",
        "posix": b"cposix\nsystem\n(" + plain(command) + b"tR",
        "an expression": b"cbuiltins\neval\n(" + plain(expression) + b"tR",
        "the name of Python 2": b"c__builtin__\neval\n(" + plain(expression) + b"tR",
        "an instance": b"(" + plain(command) + b"ios\nsystem\n",
        "an object": b"(cos\nsystem\n" + plain(command) + b"o",
        "a new object": b"cio\nFileIO\n(" + opened + b"t\x81",
        "a name on the stack": plain("os") + plain("system") + b"\x93(" + plain(command) + b"tR",
        "a name by attributes": plain("collections") + plain("OrderedDict.__init__.__globals__") + b"\x93",
        "a submodule by attributes": plain("torch._utils") + plain("_rebuild_tensor_v2.__globals__") + b"\x93",
        "a module of ours": b"csmear.download.torch_file\nos.system\n(" + plain(command) + b"tR",
        "getattr": b"cbuiltins\ngetattr\n(cos\nsystem\n" + plain("__call__") + b"tR",
        "a reduced value": pickle.dumps(Reduced(marker), 4)[2:-1],
        "a call of what is allowed": b"ctorch\nFloatStorage\n(" + opened + b"tR",
        "an extension": b"\x82\x01",
        "a persistent name": b"P" + command.encode() + b"\n",
        "a persistent value": b"(" + plain("module") + plain(command) + b"tQ",
    }


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("way", list_hostile("x"))
def test_nothing_in_a_file_is_executed(tmp_path, way, place):
    marker = tmp_path / "executed"
    hostile = list_hostile(marker)[way]
    parts = list_parts(ARRAYS)
    # Before the value that belongs there, so that this alone would do no harm.
    parts[place] = b"\x80\x04" + hostile + b"0" + parts[place][2:]
    (tmp_path / "hostile.pth").write_bytes(b"".join(parts))
    with pytest.raises(ValueError, match="no file of tensors"):
        read_torch_file(tmp_path / "hostile.pth")
    assert not marker.exists()


def test_an_ordinary_unpickler_would_have_executed_it(tmp_path):
    """Or the test above would show nothing."""
    for number, way in enumerate(("a call", "an expression", "an instance", "a name on the stack", "a reduced value")):
        marker = tmp_path / str(number)
        pickle.loads(b"\x80\x04" + list_hostile(marker)[way] + b".")
        assert marker.exists(), way
