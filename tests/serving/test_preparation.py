from __future__ import annotations

import pytest

from ideaboard.serving import preparation
from ideaboard.serving.preparation import Trouble


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Trouble, match="cannot be written.*DATA_DIR"):
        preparation.data_folder(str(tmp_path / "file" / "instance"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_the_demo_listens_on_this_machine(host):
    preparation.check_demo_is_private(host, "http://localhost:8000")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://localhost:8000"),
        ("::", "http://localhost:8000"),
        ("192.168.1.4", "http://localhost:8000"),
        ("127.0.0.1", "https://ideas.example.org"),
        ("127.0.0.1", "http://localhost.example.org"),
        ("127.0.0.1", ""),
    ],
)
def test_the_demo_is_refused_to_the_world(host, url):
    with pytest.raises(Trouble, match="this machine alone"):
        preparation.check_demo_is_private(host, url)


def test_a_foreign_address_is_refused():
    with pytest.raises(Trouble, match="no address of this machine"):
        preparation.port_is_taken("192.0.2.1", 8000)
