"""What the script makes of credentials, of archives and of the answers of Kaggle, without a server."""

import random
import zipfile
from pathlib import Path

import pytest
from fetch_kaggle import check_zip, explain, find_credentials
from requests import ConnectionError, HTTPError, Response
from smear.download import retries as network
from smear.download.resumable import DamagedDownload


@pytest.mark.parametrize(
    ("file", "variable", "place"),
    [
        (None, "KAGGLE_API_TOKEN", "KAGGLE_API_TOKEN"),
        (".kaggle/access_token", None, "~/.kaggle/access_token"),
        ("elsewhere/kaggle.json", "KAGGLE_CONFIG_DIR", "{home}/elsewhere/kaggle.json"),
        (".kaggle/kaggle.json", None, "{home}/.kaggle/kaggle.json"),
        (".config/kaggle/kaggle.json", None, "{home}/.config/kaggle/kaggle.json"),
        (".kaggle/credentials.json", None, "the login of `kaggle auth login`"),
        (None, "KAGGLE_USERNAME", None),
    ],
)
def test_credentials_are_found_in_every_place(monkeypatch, tmp_path, file, variable, place):
    for name in ("KAGGLE_API_TOKEN", "KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_CONFIG_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    if file:
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text("{}")
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "elsewhere") if file else "something")
    assert find_credentials() == (place and place.format(home=tmp_path))


@pytest.mark.parametrize("damage", [lambda data: data[:-1000], lambda data: b"<html>log in</html>", lambda data: b""])
def test_damaged_archive_is_removed(tmp_path, damage):
    path = Path(tmp_path, "data.zip")
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("Benign/0.jpg", random.Random(0).randbytes(1_000_000))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DamagedDownload):
        check_zip(path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("status", "tells"),
    [(401, "no one without an account"), (403, "no one without an account"), (503, "HTTP status 503")],
)
def test_anonymous_refusals_are_told_apart(status, tells):
    response = Response()
    response.status_code = status
    assert tells in explain(HTTPError(response=response), "toy/smears", None)


def test_text_of_an_error_stays_out_of_sentence_and_log(monkeypatch, caplog):
    def fail():
        raise ConnectionError("http://user:password@proxy:3128")

    monkeypatch.setattr(network, "PAUSES", (0,))
    with pytest.raises(ConnectionError) as failure:
        network.with_retries(fail)
    assert "ConnectionError: trying again" in caplog.text
    assert "password" not in caplog.text + explain(failure.value, "toy/smears", None)


@pytest.mark.parametrize(
    ("status", "text", "seconds"),
    [
        (429, "7", 7),
        (503, "86400", 300),
        (503, "Thu, 01 Jan 2099 00:00:00 GMT", 300),
        (429, "Wed, 21 Oct 2015 07:28:00 GMT", 0),
        (429, "soon", 0),
        (429, "", 0),
        (500, "7", 0),
    ],
)
def test_the_pause_that_a_server_asks_for_is_bounded(status, text, seconds):
    response = Response()
    response.status_code = status
    response.headers["Retry-After"] = text
    assert network.asked_pause(HTTPError(response=response)) == seconds
