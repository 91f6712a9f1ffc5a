"""Files in PyTorch's format before 1.6, written without PyTorch: opcode by opcode, and hostile ones as well."""

import pickle
from pathlib import Path

import numpy as np
from smear.download.torch_file import MAGIC

STORAGES = {np.dtype("<f4"): "FloatStorage", np.dtype("<i8"): "LongStorage"}


def plain(value) -> bytes:
    """The opcodes that put a plain value on the stack."""
    return pickle.dumps(value, 2)[2:-1]


def finish(opcodes: bytes) -> bytes:
    """A whole pickle."""
    return b"\x80\x02" + opcodes + b"."


def describe_tensor(array: np.ndarray, key: str, **changes) -> bytes:
    """The opcodes of a tensor that is an array, in C order, of a storage; changes: other facts than its own."""
    facts = {
        "count": array.size,
        "first": 0,
        "shape": array.shape,
        "strides": tuple(stride // array.itemsize for stride in array.strides),
    } | changes
    storage = b"ctorch\n" + STORAGES[array.dtype].encode() + b"\n"
    identity = (
        b"(" + plain("storage") + storage + plain(key) + plain("cpu") + plain(facts["count"]) + plain(None) + b"t"
    )
    place = plain(facts["first"]) + plain(facts["shape"]) + plain(facts["strides"])
    hooks = b"ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n((" + identity[1:] + b"Q" + place + plain(False) + hooks + b"tR"


def describe_table(tensors: dict[str, bytes]) -> bytes:
    return b"}(" + b"".join(plain(name) + tensor for name, tensor in tensors.items()) + b"u"


def list_parts(arrays: dict[str, np.ndarray], changes: dict[str, dict] | None = None) -> list[bytes]:
    """The five pickles of a file with these arrays, and its storages as the sixth part.

    changes: other facts than its own of a tensor, by its name.
    """
    tensors = {
        name: describe_tensor(array, str(number), **(changes or {}).get(name, {}))
        for number, (name, array) in enumerate(arrays.items())
    }
    storages = b"".join(array.size.to_bytes(8, "little") + array.tobytes() for array in arrays.values())
    keys = [str(number) for number in range(len(arrays))]
    values = (plain(MAGIC), plain(1001), plain({"little_endian": True}), describe_table(tensors), plain(keys))
    return [*map(finish, values), storages]


def write_torch_file(path: Path, arrays: dict[str, np.ndarray], changes: dict[str, dict] | None = None) -> Path:
    path.write_bytes(b"".join(list_parts(arrays, changes)))
    return path
