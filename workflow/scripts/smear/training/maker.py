"""What computes epochs: device, precision and versions, which a state carries so that no mixture goes unnoticed."""

from collections.abc import Sequence

import keras

from smear.provenance import get_versions
from smear.training.backends.device import Device

PACKAGES = {"tensorflow": ["tensorflow", "tensorflow-cpu"], "jax": ["jax", "jaxlib"], "torch": ["torch"]}


def describe_maker(device: Device) -> dict:
    """What the results of an epoch may depend on beside settings, data, code and seed."""
    backend = keras.backend.backend()
    return {
        "device": device.name,
        "precision": keras.config.dtype_policy().name,
        "versions": get_versions(["keras", *PACKAGES[backend], "numpy"]),
    }


def add_epoch(made_by: Sequence[dict], maker: dict) -> list[dict]:
    """The list with one more epoch: an entry for each run of epochs with one maker, `epochs` being first and last."""
    last = made_by[-1]["epochs"][1] if made_by else 0
    if made_by and {**made_by[-1], "epochs": None} == {**maker, "epochs": None}:
        return [*made_by[:-1], {**maker, "epochs": [made_by[-1]["epochs"][0], last + 1]}]
    return [*made_by, {**maker, "epochs": [last + 1, last + 1]}]


def describe_change(made_by: Sequence[dict], maker: dict) -> str | None:
    """What is different about `maker` from that of the last epoch so far, in words; None where nothing is."""
    if not made_by:
        return None
    before, now = (
        {key: each[key] for key in each if key not in ("epochs", "versions")} | each["versions"]
        for each in (made_by[-1], maker)
    )
    names = [name for name in before | now if before.get(name) != now.get(name)]
    return "; ".join(f"{name} {before.get(name)} before, {now.get(name)} now" for name in names) or None
