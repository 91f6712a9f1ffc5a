"""What in a source of images is an image, and what an operating system or a NAS has left there."""

from pathlib import PurePosixPath

# The suffixes that Pillow knows of the formats that `decoding.py` accepts; a test compares them.
IMAGE_SUFFIXES = (".apng", ".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
SYSTEM_ENTRIES = {
    *(
        "#recycle",
        "#snapshot",
        "@eadir",
        "@recently-snapshot",
        "@recycle",
        "@tmp",
        "@__thumb",
        "$recycle.bin",
        "recycler",
    ),
    *("__macosx", "__pycache__", "icon\r", "network trash folder", "temporary items", "~snapshot"),
    *("desktop.ini", "ehthumbs.db", "ehthumbs_vista.db", "thumbs.db", "zbthumbnail.info", "system volume information"),
    *("lost+found", "lost.dir"),
}
SYSTEM_PREFIXES = (".", "~$", "synofile_thumb_", "synoindex_media_info")


def is_hidden(name: str) -> bool:
    """Whether a file or folder is hidden or a system's own, by its name: `.DS_Store`, `Thumbs.db`, `@eaDir`."""
    name = name.lower()
    return name in SYSTEM_ENTRIES or name.startswith(SYSTEM_PREFIXES)


def is_hidden_path(path: str) -> bool:
    """Whether any part of a path is hidden."""
    return any(map(is_hidden, path.split("/")))


def is_image(path: str) -> bool:
    """Whether a file is named like an image."""
    return path.lower().endswith(IMAGE_SUFFIXES)


def name_suffixes(paths: list[str]) -> list[str]:
    """The suffixes of files, sorted: what a folder without images holds instead."""
    return sorted({PurePosixPath(path).suffix.lower() or "no suffix" for path in paths})
