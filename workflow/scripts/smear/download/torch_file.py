"""Reading the arrays of a file that PyTorch has written in its format before 1.6, without PyTorch.

Such a file is three pickles that describe it, one of a table of tensors, one of the names of their storages, and then
each storage: a count of eight bytes and its raw numbers. A pickle may call what it names, so these may name four
things and nothing else.
"""

import math
import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
DTYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class Storage(NamedTuple):
    """A storage that a tensor refers to: its name, the type of its numbers and how many there are."""

    name: str
    dtype: np.dtype
    count: int


class Tensor(NamedTuple):
    """A tensor inside a storage: its first number, and shape and strides in numbers."""

    storage: Storage
    first: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def build_tensor(storage, first, shape, strides, requires_grad, hooks) -> Tensor:
    """What stands for `torch._utils._rebuild_tensor_v2`."""
    return Tensor(storage, first, shape, strides)


ALLOWED = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): build_tensor,
    **{("torch", name): dtype for name, dtype in DTYPES.items()},
}


class RestrictedUnpickler(pickle._Unpickler):
    """An unpickler that knows the names of ALLOWED alone; a ValueError for others.

    It is the one in Python: that in C makes room for as many objects as a damaged number says, up to the whole memory.
    """

    def find_class(self, module: str, name: str):
        if (module, name) not in ALLOWED:
            raise ValueError(f"it names {module}.{name}")
        return ALLOWED[module, name]

    def persistent_load(self, identity) -> Storage:
        match identity:
            case ("storage", np.dtype() as dtype, str() as name, _, int() as count, None):
                return Storage(name, dtype, count)
        raise ValueError("it refers to something else than a storage")


def read_torch_file(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a table of tensors, by their names. Errors: a ValueError for any other file."""
    with path.open("rb") as file:
        try:
            magic, version, _ = (RestrictedUnpickler(file).load() for _ in range(3))
            if (magic, version) != (MAGIC, 1001):
                raise ValueError("it is of another format")
            tensors = RestrictedUnpickler(file).load()
            storages = read_storages(file, RestrictedUnpickler(file).load(), list_storages(tensors))
            return {name: take(tensor, storages[tensor.storage.name]) for name, tensor in tensors.items()}
        # A damaged pickle fails in many ways.
        except Exception as error:
            raise ValueError(f"{path} is no file of tensors in PyTorch's format before 1.6: {error}") from error


def list_storages(tensors) -> dict[str, Storage]:
    """The storages that tensors refer to, by their names."""
    if not isinstance(tensors, dict):
        raise ValueError("it holds no table of tensors")
    for name, tensor in tensors.items():
        if not (isinstance(name, str) and isinstance(tensor, Tensor) and isinstance(tensor.storage, Storage)):
            raise ValueError("it holds something else than tensors")
    return {tensor.storage.name: tensor.storage for tensor in tensors.values()}


def read_storages(file: BinaryIO, names: list[str], storages: dict[str, Storage]) -> dict[str, np.ndarray]:
    """The numbers of every storage, in the order in which the file has them."""
    numbers = {}
    for name in names:
        count = int.from_bytes(file.read(8), "little")
        if count != storages[name].count:
            raise ValueError(f"storage {name} has {count} numbers and not {storages[name].count}")
        size = count * storages[name].dtype.itemsize
        # Python would make room for what a damaged count says before it reads.
        if size > os.fstat(file.fileno()).st_size - file.tell():
            raise ValueError(f"it ends within storage {name}")
        numbers[name] = np.frombuffer(file.read(size), storages[name].dtype)
    return numbers


def take(tensor: Tensor, numbers: np.ndarray) -> np.ndarray:
    """The array of a tensor; a ValueError where it reaches beyond its storage."""
    last = tensor.first + sum((side - 1) * step for side, step in zip(tensor.shape, tensor.strides, strict=True))
    if min(tensor.first, *tensor.strides, 0) < 0 or min(tensor.shape, default=1) < 1 or last >= len(numbers):
        raise ValueError("a tensor reaches beyond its storage")
    # With strides of 0 a few numbers would fill any memory.
    if math.prod(tensor.shape) > len(numbers):
        raise ValueError("a tensor has more numbers than its storage")
    strides = [step * numbers.itemsize for step in tensor.strides]
    return np.lib.stride_tricks.as_strided(numbers[tensor.first :], tensor.shape, strides).copy()
