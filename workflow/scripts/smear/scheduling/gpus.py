"""Which NVIDIA GPUs this process may use; needs neither Keras nor CUDA."""

import os
import re
import subprocess
from collections.abc import Mapping


def find_gpus() -> list[str]:
    """UUIDs of the GPUs that this process may use, in the order of nvidia-smi; none where that is missing or fails."""
    try:
        listing = subprocess.run(
            ["nvidia-smi", "--query-gpu=index,uuid", "--format=csv,noheader"],
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return []
    return select_visible(parse_listing(listing.stdout), os.environ.get("CUDA_VISIBLE_DEVICES"))


def parse_listing(text: str) -> dict[int, str]:
    """UUIDs by index from lines such as `0, GPU-5d1c2f0e-…`; other lines, such as warnings, are passed over."""
    found = (re.fullmatch(r"\s*(\d+)\s*,\s*(GPU-[\w-]+)\s*", line, re.ASCII) for line in text.split("\n"))
    return {int(match[1]): match[2] for match in found if match}


def select_visible(devices: Mapping[int, str], visible: str | None) -> list[str]:
    """The devices that CUDA_VISIBLE_DEVICES, `visible`, lists, in its order; all of them where it is not set.

    As in CUDA, an entry is an index or the beginning of one UUID, and the first that names no device hides all after
    it. A slice of a GPU (`MIG-…`), which nvidia-smi lists nowhere in this form, stands for itself. Indices are those
    of nvidia-smi, which CUDA shares where all GPUs are alike or CUDA_DEVICE_ORDER is PCI_BUS_ID.
    """
    if visible is None:
        return list(devices.values())
    chosen = []
    for entry in map(str.strip, visible.split(",")):
        device = name_device(entry, devices)
        if device is None:
            break
        chosen.append(device)
    return list(dict.fromkeys(chosen))


def name_device(entry: str, devices: Mapping[int, str]) -> str | None:
    """The device that one entry of CUDA_VISIBLE_DEVICES names, None where it names none."""
    if entry.startswith("MIG-"):
        return entry
    if entry.isascii() and entry.isdigit():
        return devices.get(int(entry))
    matches = [uuid for uuid in devices.values() if entry.startswith("GPU-") and uuid.startswith(entry)]
    return matches[0] if len(matches) == 1 else None
