"""tasks.py, the script that everybody meets first."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
specification = importlib.util.spec_from_file_location("tasks", ROOT / "tasks.py")
tasks = importlib.util.module_from_spec(specification)
specification.loader.exec_module(tasks)


@pytest.fixture
def elsewhere(tmp_path):
    """A folder with tasks.py and the requirements alone, as after a fresh clone."""
    for name in ("tasks.py", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def call(folder, *words, **environment):
    environment = {"PATH": "/nowhere", "HOME": str(folder), **environment}
    return subprocess.run(
        [sys.executable, "tasks.py", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )


def test_without_venv_it_prints_the_line_that_installs_it(elsewhere):
    (elsewhere / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
    done = call(elsewhere, "run", PYTHONPATH=str(elsewhere))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "Python's venv is missing here. Install it with: sudo apt-get install -y python3-venv"
    ]


def test_a_folder_that_cannot_be_written_is_one_sentence(elsewhere):
    (elsewhere / ".venv").touch()  # root may write everywhere: a file in the way stands for a forbidden folder
    done = call(elsewhere, "run")
    assert done.returncode == 1
    assert "could not be made" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_forbidden_folder_is_one_sentence(elsewhere):
    elsewhere.chmod(0o500)
    done = call(elsewhere, "run")
    elsewhere.chmod(0o700)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "cannot be written" in done.stderr


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_is_none_is_refused(elsewhere, port):
    done = call(elsewhere, "run", "--port", port)
    assert done.returncode == 2
    assert "is no port" in done.stderr


def test_new_requirements_and_a_new_python_are_installed_again(elsewhere, monkeypatch):
    monkeypatch.setattr(tasks, "ROOT", elsewhere)
    run, test = tasks.stamp("run"), tasks.stamp("test")
    with (elsewhere / "requirements-dev.txt").open("a") as file:
        file.write("more==1\n")
    assert (tasks.stamp("run") == run, tasks.stamp("test") == test) == (True, False)
    monkeypatch.setattr(sys, "version", "4.0")
    assert tasks.stamp("run") != run


def test_an_install_that_was_cut_off_is_done_again(elsewhere, monkeypatch):
    """Ctrl-C in the middle of pip leaves an environment without its stamp: the next run installs once more."""
    asked = []

    def cut_off(purpose):
        asked.append(purpose)
        if len(asked) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(tasks, "ROOT", elsewhere)
    monkeypatch.setattr(tasks, "VENV", elsewhere / ".venv")
    monkeypatch.setattr(tasks, "PYTHON", elsewhere / ".venv" / "bin" / "python")
    monkeypatch.setattr(tasks, "install_with_pip", cut_off)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    tasks.PYTHON.parent.mkdir(parents=True)
    tasks.PYTHON.touch()  # half an environment is there already
    with pytest.raises(KeyboardInterrupt):
        tasks.prepare("run")
    tasks.prepare("run")
    tasks.prepare("run")
    assert asked == ["run", "run"]


@pytest.mark.parametrize(
    ("statuses", "browser", "ci", "status"),
    [
        ([0, 0, 0], "/usr/bin/chromium", "true", 0),
        ([0, 1, 0], "/usr/bin/chromium", "", 1),
        ([0, tasks.NO_TESTS, 0], "/usr/bin/chromium", "", 0),
        ([tasks.NO_TESTS, tasks.NO_TESTS], "/usr/bin/chromium", "", 1),
        ([0, 0], None, "", 0),
        ([0, 0], None, "true", 1),
    ],
)
def test_the_verdict(statuses, browser, ci, status):
    assert tasks.verdict(statuses, browser, ci) == status


def test_every_requirement_is_pinned():
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            assert not line or line.startswith(("#", "-r ")) or "==" in line, f"{name}: {line}"
