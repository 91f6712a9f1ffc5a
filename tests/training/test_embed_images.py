"""Features of images: in the order of the images, whatever number the last batch has."""

import numpy as np
import pytest
from smear.embeddings.frozen import BATCH, embed
from smear.training.architectures.backbone import build_backbone


@pytest.fixture(scope="module")
def backbone():
    return build_backbone("SmallCNN", 32, None)


@pytest.mark.parametrize("images", [1, BATCH, BATCH + 1, 2 * BATCH + 7])
def test_features_have_the_order_of_the_images(backbone, tmp_path, images):
    pixels = np.random.default_rng(images).integers(0, 256, (images, 32, 32, 3), np.uint8)
    embed(backbone, iter(pixels), tmp_path / "a.npy", images)
    found = np.load(tmp_path / "a.npy")
    assert (found.shape, found.dtype) == ((images, 128), np.float32)
    assert found == pytest.approx(backbone.predict(pixels, verbose=0), abs=1e-5)
    assert len(np.unique(found.round(4), axis=0)) == images
    embed(backbone, iter(pixels), tmp_path / "b.npy", images)
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()


def test_no_more_than_a_batch_of_pixels_is_held(backbone, tmp_path):
    given, rows = [], []

    def give():
        for number in range(3 * BATCH):
            given.append(number)
            yield np.full((32, 32, 3), number % 256, np.uint8)

    class Watched:
        input_shape, output_shape = backbone.input_shape, backbone.output_shape

        def predict_on_batch(self, batch):
            rows.append(len(given))
            return np.zeros((len(batch), self.output_shape[1]), np.float32)

    embed(Watched(), give(), tmp_path / "a.npy", 3 * BATCH)
    assert rows == [BATCH, 2 * BATCH, 3 * BATCH]


def test_an_error_leaves_no_file(backbone, tmp_path):
    def give():
        yield np.zeros((32, 32, 3), np.uint8)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        embed(backbone, give(), tmp_path / "a.npy", 2)
    assert list(tmp_path.iterdir()) == []
