"""The tensors of a run as one small archive of JPEGs, for a machine that has a GPU and not the images.

    python benchmarks/tensor_archive.py pack results/<experiment>/tensors images.zip [--quality 80]
    python benchmarks/tensor_archive.py unpack images.zip FOLDER

Training and validation images alone: no test image travels. Re-encoding loses detail, so that accuracies on what was
unpacked are to be labeled as such.
"""

import argparse
import io
import zipfile
from pathlib import Path

import numpy as np
import rounds  # noqa: F401 (it puts the scripts on the path)
from PIL import Image

SPLITS = ("train", "validation")


def pack(folder: Path, archive: Path, quality: int) -> None:
    with zipfile.ZipFile(archive, "w") as file:
        for split in SPLITS:
            file.write(folder / f"{split}.csv", f"{split}.csv")
            for number, pixels in enumerate(np.load(folder / f"{split}.npy", mmap_mode="r")):
                picture = io.BytesIO()
                Image.fromarray(pixels).save(picture, "JPEG", quality=quality)
                file.writestr(f"{split}/{number:06}.jpg", picture.getvalue())


def record_tensor(folder: Path, split: str) -> None:
    """Leave the digests by which a training sees that the tensor and its table are whole."""
    from smear.records import write_record

    files = [folder / f"{split}.{ending}" for ending in ("npy", "csv")]
    write_record(folder / f"{split}.digests.json", files, "tensor_archive.py")


def unpack(archive: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as file:
        for split in SPLITS:
            file.extract(f"{split}.csv", folder)
            names = sorted(name for name in file.namelist() if name.startswith(f"{split}/"))
            pixels = [np.asarray(Image.open(io.BytesIO(file.read(name)))) for name in names]
            np.save(folder / f"{split}.npy", np.stack(pixels))
            record_tensor(folder, split)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    packing = commands.add_parser("pack")
    packing.add_argument("folder", type=Path)
    packing.add_argument("archive", type=Path)
    packing.add_argument("--quality", type=int, default=80)
    unpacking = commands.add_parser("unpack")
    unpacking.add_argument("archive", type=Path)
    unpacking.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "pack":
        pack(arguments.folder, arguments.archive, arguments.quality)
    else:
        unpack(arguments.archive, arguments.folder)


if __name__ == "__main__":
    main()
