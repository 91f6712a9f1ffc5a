"""A conda channel in a folder, made of the packages that this Python has installed.

conda-forge's packages are compiled anew and have other names here and there; these have the locked files, the
dependencies that their metadata declares, and the names of conda-forge. `python` is a prefix like a venv's over this
interpreter. What it imports is written down at exit, where `BLASTGRID_TRACE` names a folder for that.
"""

import io
import json
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path

import zstandard
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CONDA_NAMES = {"matplotlib": "matplotlib-base", "seaborn": "seaborn-base", "tensorflow-cpu": "tensorflow"}
# Headers for compiling against TensorFlow, a quarter of its files' size, which no import reads.
LEFT_OUT = ("tensorflow/include/",)
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
SITE = f"lib/python{MINOR}/site-packages"
BUILD = "0_local"
TRACER = '''"""Write down, at exit, what this process has imported."""
import atexit, json, os, sys


def write_trace(folder=os.environ.get("BLASTGRID_TRACE")):
    files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
    trace = {"script": sys.argv[0], "prefix": sys.prefix, "python": sys.executable, "files": files}
    if folder:
        with open(f"{folder}/{os.getpid()}.json", "w", encoding="utf-8") as file:
            json.dump(trace, file)


atexit.register(write_trace)
'''


def make_channel(folder: Path, names: Iterable[str]) -> None:
    """Pack `names`, which are conda-forge's, with all that they depend on, for this platform.

    The index holds no digests: reading everything once more would take as long as packing it.
    """
    packages = folder / "linux-64"
    packages.mkdir(parents=True)
    index = pack_python(packages)
    waiting, packed = [find_distribution(name) for name in names], set()
    while waiting:
        package = waiting.pop()
        if package.name not in packed:
            packed.add(package.name)
            needed = list_requirements(package)
            index |= write_package(packages, describe(package, needed), list_files(package))
            waiting += [distribution(requirement.name) for requirement in needed]
    for subdirectory, entries in (("linux-64", index), ("noarch", {})):
        write_index(folder / subdirectory, entries)


def write_index(folder: Path, entries: dict[str, dict]) -> None:
    """Write the index of one platform."""
    index = {"info": {"subdir": folder.name}, "packages": {}, "packages.conda": entries, "repodata_version": 1}
    folder.mkdir(exist_ok=True)
    (folder / "repodata.json").write_text(json.dumps(index))


def find_distribution(conda_name: str) -> Distribution:
    """The installed distribution that stands for a conda-forge package."""
    for name in [*(ours for ours, theirs in CONDA_NAMES.items() if theirs == conda_name), conda_name]:
        try:
            return distribution(name)
        except PackageNotFoundError:
            continue
    raise PackageNotFoundError(conda_name)


def list_requirements(package: Distribution, extras: Iterable[str] = ("",)) -> list[Requirement]:
    """What a distribution needs on this machine, with the needs of the extras that it asks for."""
    declared = map(Requirement, package.requires or [])
    needed = [
        requirement
        for requirement in declared
        if not requirement.marker or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
    ]
    for requirement in needed:
        if requirement.extras:
            needed = needed + list_requirements(distribution(requirement.name), requirement.extras)
    return needed


def describe(package: Distribution, needed: list[Requirement]) -> dict:
    """The index entry of a distribution."""
    depends = [f"{name_for_conda(each.name)} {each.specifier}".strip() for each in needed]
    return describe_plainly(name_for_conda(package.name), package.version, [f"python {MINOR}.*", *depends])


def describe_plainly(name: str, version: str, depends: list[str], build: str = BUILD, number: int = 0) -> dict:
    return {
        "name": name, "version": version, "build": build, "build_number": number, "depends": sorted(set(depends)),
        "arch": "x86_64", "platform": "linux", "subdir": "linux-64", "timestamp": 1_700_000_000_000,
    }  # fmt: skip


def name_for_conda(name: str) -> str:
    name = canonicalize_name(name)
    return CONDA_NAMES.get(name, name)


def list_files(package: Distribution) -> dict[str, Path | bytes | str]:
    """Files below site-packages by their places in the prefix, with what Python has compiled of them so far.

    Programs name an interpreter and are left out.
    """
    files = {}
    for file in package.files:
        if not file.as_posix().startswith(("..", *LEFT_OUT)):
            path = Path(file.locate())
            compiled = Path(cache_from_source(str(path)))
            files[f"{SITE}/{file.as_posix()}"] = path
            if path.suffix == ".py" and compiled.is_file():
                files[f"{SITE}/{file.parent.as_posix()}/__pycache__/{compiled.name}"] = compiled
    return files


def pack_python(folder: Path) -> dict[str, dict]:
    """Pack a prefix over this interpreter's standard library, with a site-packages of its own."""
    base = Path(sys.executable).resolve()
    version = "{}.{}.{}".format(*sys.version_info)
    settings = f"home = {base.parent}\ninclude-system-site-packages = false\nversion = {version}\n"
    files = {
        "pyvenv.cfg": settings.encode(),
        f"{SITE}/tracer.py": TRACER.encode(),
        f"{SITE}/tracer.pth": b"import tracer\n",
        f"bin/python{MINOR}": str(base),
        "bin/python3": f"python{MINOR}",
        "bin/python": f"python{MINOR}",
    }
    return write_package(folder, describe_plainly("python", version, []), files)


def write_package(folder: Path, index: dict, files: dict[str, Path | bytes | str]) -> dict[str, dict]:
    """Write a .conda file and return its entry of the index.

    In `files` are paths of files to be read, contents, and texts where links point to.
    """
    stem = "{name}-{version}-{build}".format(**index)
    paths = [
        {"_path": path, "path_type": "softlink" if isinstance(content, str) else "hardlink"}
        for path, content in files.items()
    ]
    info = {
        "info/index.json": json.dumps(index).encode(),
        "info/paths.json": json.dumps({"paths_version": 1, "paths": paths}).encode(),
    }
    with zipfile.ZipFile(folder / f"{stem}.conda", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"conda_pkg_format_version": 2}))
        for part, members in ((f"pkg-{stem}.tar.zst", files), (f"info-{stem}.tar.zst", info)):
            with archive.open(part, "w", force_zip64=True) as file:
                write_tar(file, members)
    return {f"{stem}.conda": index}


def write_tar(file, members: dict[str, Path | bytes | str]) -> None:
    """Write a compressed tar archive: fast, since it is read a few times and thrown away."""
    with (
        zstandard.ZstdCompressor(level=1).stream_writer(file, closefd=False) as compressed,
        tarfile.open(fileobj=compressed, mode="w", copybufsize=1 << 20) as archive,
    ):
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            match content:
                case str():
                    member.type, member.linkname = tarfile.SYMTYPE, content
                    archive.addfile(member)
                case bytes():
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))
                case _:
                    with content.open("rb") as source:
                        status = content.stat()
                        member.size, member.mode, member.mtime = status.st_size, status.st_mode & 0o777, status.st_mtime
                        archive.addfile(member, source)
