"""A bucket as source and target, on moto's server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import s3fs
from moto.server import ThreadedMotoServer

from tests.conftest import Run
from tests.support.batch_site import SHARED, built, files, make_site

KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture
def server() -> Iterator[dict[str, str]]:
    """The variables with which clients find the server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield {**KEYS, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    server.stop()


def test_a_bucket(
    prerender: Run, server: dict[str, str], tmp_path: Path, session_cache: Path
) -> None:
    """From a bucket to another, and in place; a second run does nothing."""
    site = make_site(tmp_path / "site", 6)
    built(site, tmp_path / "expected", session_cache)
    expected = files(tmp_path / "expected")
    store = s3fs.S3FileSystem(
        key="x", secret="x", endpoint_url=server["AWS_ENDPOINT_URL"], use_listings_cache=False
    )
    store.mkdir("archive")
    store.mkdir("target")
    for name, data in files(site).items():
        store.pipe_file(f"archive/blog/{name}", data)
    words = ["batch", "s3://archive/blog", "-o", "s3://target/blog", "--journal", "1"]
    done = prerender(*words, **server)
    assert (done.returncode, done.stderr[:31]) == (0, "prerender: 6 pages: 6 rendered;")
    assert in_bucket(store, "target/blog") == expected
    assert prerender(*words, **server).stderr.startswith("prerender: 0 pages; ")
    assert prerender("batch", "s3://archive/blog", "--journal", "2", **server).returncode == 0
    assert in_bucket(store, "archive/blog") == expected
    types = {name.rpartition(".")[2]: content_type(store, name) for name in store.find("target")}
    assert types["html"] == "text/html"
    built(site, tmp_path / "shared", session_cache, shared=True)
    words = ["batch", "s3://archive/blog", "-o", "s3://target/shared", "--journal", "4", *SHARED]
    assert prerender(*words, **server).returncode == 0
    assert in_bucket(store, "target/shared") == files(tmp_path / "shared")
    assert content_type(store, "target/shared/prerender-math.svg") == "image/svg+xml"
    assert content_type(store, "target/shared/prerender-math.css") == "text/css"
    missing = prerender("batch", "s3://nowhere/blog", "--journal", "3", **server)
    assert missing.returncode == 2
    assert missing.stderr == "prerender: error: no page in s3://nowhere/blog: it is empty\n"


def content_type(store: s3fs.S3FileSystem, name: str) -> str:
    return str(store.info(name)["ContentType"])


def in_bucket(store: s3fs.S3FileSystem, folder: str) -> dict[str, bytes]:
    return {name.removeprefix(f"{folder}/"): store.cat_file(name) for name in store.find(folder)}
