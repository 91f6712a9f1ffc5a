"""Fetch a Kaggle data set as the one zip file that Kaggle serves, with an account or without.

The `kaggle` client knows every kind of credentials, but checks nothing that it downloads. `kagglehub` needs no account
but knows fewer kinds, and appends a server's refusal to a file that it resumes. So: `kaggle` signs in where there are
credentials, `kagglehub` where there are none, and `smear.download.resumable` brings the bytes.
"""

import os
import sys
import zipfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import smear.environment
import requests
from kagglehub.clients import build_kaggle_client
from kagglehub.handle import DatasetHandle, parse_dataset_handle
from kagglehub.integrity import get_md5_checksum_from_response
from kagglesdk.datasets.types.dataset_api_service import ApiDownloadDatasetRequest, ApiGetDatasetRequest
from kagglesdk.kaggle_client import KaggleClient
from kagglesdk.kaggle_creds import KaggleCredentials
from kagglesdk.kaggle_env import get_access_token_from_env, get_endpoint, get_env
from smear.download.resumable import DamagedDownload, download
from smear.download.retries import TIMEOUT, failure_kind, status_of, with_retries
from smear.files import BROKEN_ZIP
from smear.job import UserError, log, logged_to

TOKEN_PAGE = "https://www.kaggle.com/settings/api"


def find_credentials() -> str | None:
    """Say where the Kaggle credentials lie, in the order in which the clients take them; None where there are none."""
    token, source = get_access_token_from_env()
    if token:
        return "~/.kaggle/access_token" if source == "access_token" else source
    if os.environ.get("KAGGLE_USERNAME") and os.environ.get("KAGGLE_KEY"):
        return "KAGGLE_USERNAME and KAGGLE_KEY"
    if key_file := find_key_file():
        return str(key_file)
    if Path(KaggleCredentials.DEFAULT_CREDENTIALS_FILE).expanduser().exists():
        return "the login of `kaggle auth login`"
    return None


def find_key_file() -> Path | None:
    """Find `kaggle.json` in any folder where one of the clients looks."""
    named = os.environ.get("KAGGLE_CONFIG_DIR")
    standard = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    folders = [*([named] if named else []), "~/.kaggle", f"{standard}/kaggle"]
    files = [Path(folder, "kaggle.json").expanduser() for folder in folders]
    return next((file for file in files if file.exists()), None)


def open_client(credentials: str | None) -> KaggleClient:
    """Open a connection to Kaggle's API, signed in where there are credentials. Raises `SystemExit` for bad ones."""
    if credentials is None:
        return build_kaggle_client()
    for name in ("VERBOSE", "VERBOSE_OUTPUT"):
        os.environ.pop(name, None)  # kaggle would print the token with every request
    if key_file := find_key_file():
        os.environ["KAGGLE_CONFIG_DIR"] = str(key_file.parent)  # kaggle looks in one folder alone
    with redirect_stdout(StringIO()):
        import kaggle  # signs in when imported, hides a failure, and prints what the next line prints again
    with redirect_stdout(sys.stderr):
        kaggle.api.authenticate()
    return kaggle.api.build_kaggle_client()


def download_archive(dataset: DatasetHandle, credentials: str | None, folder: Path) -> Path:
    """Download into a file in `folder`, resuming what an earlier call left there, and check every byte.

    Raises `requests.RequestException`, `DamagedDownload`, and `SystemExit` for bad credentials.
    """
    requests.head(get_endpoint(get_env()), timeout=TIMEOUT)  # both clients would wait without end for a silent network
    with open_client(credentials) as client:
        dataset = find_version(dataset, client)
        archive = name_partial(dataset, folder)
        request = ApiDownloadDatasetRequest()
        request.owner_slug, request.dataset_slug = dataset.owner, dataset.dataset
        request.dataset_version_number = dataset.version
        with client.datasets.dataset_api_client.download_dataset(request) as offer:
            download(offer, get_md5_checksum_from_response(offer), archive, f"the archive of {dataset}")
    check_zip(archive)
    return archive


def find_version(dataset: DatasetHandle, client: KaggleClient) -> DatasetHandle:
    """Ask Kaggle for the current version of a handle without one, so that no file mixes two.

    A server that does not answer this question, which serves nothing else, is no hindrance.
    """
    if dataset.is_versioned():
        return dataset
    request = ApiGetDatasetRequest()
    request.owner_slug, request.dataset_slug = dataset.owner, dataset.dataset
    try:
        version = client.datasets.dataset_api_client.get_dataset(request).current_version_number
    except (requests.HTTPError, ValueError) as error:
        if status_of(error) == requests.codes.too_many_requests:
            raise
        version = None
    if not version:
        log.info("Kaggle does not say which version of %s is current", dataset)
        return dataset
    log.info("version %d of %s is current", version, dataset)
    return dataset.with_version(version)


def name_partial(dataset: DatasetHandle, folder: Path) -> Path:
    """The file that a download grows in. No output of the rule, so that Snakemake leaves it when the job fails."""
    return folder / f".archive-{dataset.owner}-{dataset.dataset}-{dataset.version or 'current'}.part"


def check_zip(archive: Path) -> None:
    """Read every member against its checksum; remove a damaged archive and raise `DamagedDownload`."""
    try:
        with zipfile.ZipFile(archive) as file:
            damaged = file.testzip()
    except BROKEN_ZIP as error:
        damaged = repr(error)
    if damaged:
        archive.unlink()
        raise DamagedDownload(damaged)


def parse_handle(handle: str) -> DatasetHandle:
    """Parse `owner/name` or `owner/name/versions/N`. Raises `UserError`."""
    try:
        return parse_dataset_handle(handle)
    except ValueError:
        raise UserError(describe_wrong_handle(handle)) from None


def describe_wrong_handle(handle: str) -> str:
    return (
        f"Kaggle has no data set {handle}: correct dataset: {{handle: …}} to owner/name or owner/name/versions/N, "
        "as in the address of its page."
    )


def explain(error: BaseException, handle: str, credentials: str | None) -> str:
    """Say in one sentence why a data set did not come and what to do, without the text of `error` (`failure_kind`)."""
    page = f"https://www.kaggle.com/datasets/{handle}"
    by_hand = f"download the zip by hand from {page} and set dataset: {{source: archive, path: <the zip>}}"
    status = status_of(error)
    if status in (requests.codes.unauthorized, requests.codes.forbidden) and credentials is None:
        token = f"make a token at {TOKEN_PAGE} and set KAGGLE_API_TOKEN"
        return f"Kaggle gives {handle} to no one without an account: {token}, or check the handle at {page}."
    if status == requests.codes.unauthorized or isinstance(error, SystemExit):
        remedy = f"make a new token at {TOKEN_PAGE}, or remove them, for a public data set needs no account"
        return f"Kaggle does not accept the credentials in {credentials}: {remedy}."
    if status == requests.codes.forbidden:
        remedy = f"check the handle at {page}, and accept the data set's terms there"
        return f"Kaggle refuses {handle} to the account of {credentials}: {remedy}."
    if status == requests.codes.not_found:
        return describe_wrong_handle(handle)
    if isinstance(error, DamagedDownload):
        return f"The archive of {handle} arrived damaged each time it was tried: try later, or {by_hand}."
    if status is not None:
        remedy = f"start again later, which resumes the download, or {by_hand}"
        return f"Kaggle does not serve {handle} at present (HTTP status {status}): {remedy}."
    return f"The connection to Kaggle fails ({failure_kind(error)}): check the network and the proxy, or {by_hand}."


def main(snakemake) -> None:
    handle, credentials = snakemake.params.handle, find_credentials()
    log.info("%s, %s", handle, f"with the credentials in {credentials}" if credentials else "without an account")
    dataset = parse_handle(handle)
    archive = Path(snakemake.output.archive)
    archive.parent.mkdir(parents=True, exist_ok=True)
    try:
        complete = with_retries(lambda: download_archive(dataset, credentials, archive.parent), DamagedDownload)
    except (requests.RequestException, DamagedDownload, SystemExit) as error:
        raise UserError(explain(error, handle, credentials)) from error
    complete.replace(archive)
    for left in archive.parent.glob(".archive-*.part"):  # of other versions
        left.unlink()


if __name__ == "__main__":
    with logged_to(snakemake.log[0]):
        main(snakemake)
