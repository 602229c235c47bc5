#!/usr/bin/env python3
"""Run and test Ideaboard with nothing but Python 3.11 or newer:

    python3 tasks.py run [--port 8000] [--host 127.0.0.1] [--empty]
    python3 tasks.py test [what pytest understands]
    python3 tasks.py screenshots
    python3 tasks.py measure-server
    python3 tasks.py measure-telling [--followers 40000] [--kills 30] [--postgresql]
    python3 tasks.py simulate-year [folder with proposals.jsonl.gz and comments.jsonl.gz]
    python3 tasks.py bench [--quick] [--ideas 152322] [--postgresql] [--floor FILE] [--out FILE.json]
    python3 tasks.py messages

The standard library alone is used here; everything else is installed into .venv, once.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NEEDED = {"run": ["requirements.txt"], "test": ["requirements.txt", "requirements-dev.txt"]}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
NO_TESTS = 5  # pytest's exit status when nothing matched


def end(sentence: str) -> None:
    """Say one sentence and leave with status 1."""
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


# The environment


def stamp(purpose: str) -> str:
    """What must be the same for an environment to be still right."""
    digest = hashlib.sha256(sys.version.encode())
    for name in NEEDED[purpose]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def prepare(purpose: str) -> None:
    """Make .venv and install what `purpose` needs, unless that is done."""
    mark = VENV / f"{purpose}.stamp"
    wanted = stamp(purpose)
    if PYTHON.exists() and mark.is_file() and mark.read_text() == wanted:
        return
    uv = shutil.which("uv")
    if not uv and not all(map(importlib.util.find_spec, ("venv", "ensurepip"))):
        end("Python's venv is missing here. Install it with: sudo apt-get install -y python3-venv")
    if not os.access(ROOT, os.W_OK):
        end(f"The folder {ROOT} cannot be written, and the environment (.venv) belongs there: check its owner.")
    print("Installing what Ideaboard needs into .venv (under a minute, once) ...", flush=True)
    if not (uv and install_with_uv(uv, purpose)):
        install_with_pip(purpose)
    for done in ("run", purpose):
        (VENV / f"{done}.stamp").write_text(stamp(done))


def install_with_uv(uv: str, purpose: str) -> bool:
    """uv is the quicker way, where it is; when it fails, pip has its turn."""
    if not PYTHON.exists() and subprocess.call([uv, "venv", "-q", "--seed", "--python", sys.executable, str(VENV)]):
        return False
    install = [uv, "pip", "install", "-q", "--python", str(PYTHON), "-r", NEEDED[purpose][-1]]
    return subprocess.call(install, cwd=ROOT) == 0


def install_with_pip(purpose: str) -> None:
    if not PYTHON.exists() or subprocess.call([str(PYTHON), "-m", "pip", "--version"], stdout=subprocess.DEVNULL):
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True)
        if made.returncode:
            last = (made.stderr or made.stdout).strip().splitlines()[-1:]
            end(f"The environment could not be made in {VENV}: {' '.join(last)}")
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    if subprocess.call([*pip, "-r", NEEDED[purpose][-1]], cwd=ROOT):
        end("The packages could not be installed (pip says why, above). With a network, run the command again.")


# run


def run(arguments: argparse.Namespace) -> None:
    prepare("run")
    command = [str(PYTHON), "-m", "ideaboard.serving", "--host", arguments.host, "--port", str(arguments.port)]
    os.chdir(ROOT)
    # exec, not a child: signals reach the parent of the processes directly, and one Python less is started.
    os.execv(PYTHON, command + ["--empty"] * arguments.empty)


# test


def find_browser() -> str | None:
    """The path of a Chromium of the system: CHROMIUM says which, else the usual names."""
    if os.environ.get("CHROMIUM"):
        return os.environ["CHROMIUM"]
    return next(filter(None, map(shutil.which, BROWSERS)), MAC_BROWSER if os.path.exists(MAC_BROWSER) else None)


def test(arguments: argparse.Namespace) -> None:
    prepare("test")
    os.chdir(ROOT)
    browser = find_browser()
    both = ["-n", str(min(4, os.cpu_count() or 1)), "-m", "not journey and not slow"]
    slow = ["-m", "slow and not journey"]
    parts = {
        "SQLite": both,
        "PostgreSQL": [*both, "--postgresql"],
        "slow, on purpose": slow,
        # Once more where the database matters: many at once, kills, interrupted imports. The servers start on SQLite.
        "slow, on PostgreSQL": [*slow, "--postgresql", "--ignore=tests/serving", "--ignore=tests/house"],
    }
    if browser:
        parts["browser"] = ["-m", "journey"]
        os.environ["CHROMIUM"] = browser
    results = [one_part(name, options + arguments.pytest) for name, options in parts.items()]
    print("\n" + "\n".join(figures(name, result) for name, result in zip(parts, results, strict=True)))
    if not browser:
        print("browser: SKIPPED. No Chromium was found; get one with: sudo apt-get install -y chromium")
    # Last, what pytest said last.
    print("\n".join(result["closing"] for result in results), flush=True)
    raise SystemExit(verdict([result["status"] for result in results], browser, os.environ.get("CI", "")))


def verdict(statuses: list[int], browser: str | None, ci: str) -> int:
    """The exit status for what pytest's runs ended with: a part without tests is fine, none at all is not."""
    if not browser and ci.lower() in ("true", "1"):
        print("With CI=true a missing browser is a failure.", file=sys.stderr)
        return 1
    return int(any(status not in (0, NO_TESTS) for status in statuses) or set(statuses) == {NO_TESTS})


def one_part(name: str, options: list[str]) -> dict:
    """Run pytest once, show what it says, keep its last line and its figures."""
    print(f"\n{name}", flush=True)
    handle, report = tempfile.mkstemp(suffix=".json")
    os.close(handle)
    command = [str(PYTHON), "-m", "pytest", "-q", "-rs", "-p", "tests.timing", *options]
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    try:
        process = subprocess.Popen(
            command + colour, stdout=subprocess.PIPE, text=True, env={**os.environ, "IDEABOARD_TEST_TIMES": report}
        )
        closing = ""
        for line in process.stdout:
            print(line, end="", flush=True)
            closing = line.rstrip() or closing
        status = process.wait()
        times = json.loads(Path(report).read_text() or "{}")
    except KeyboardInterrupt:
        process.wait()  # pytest says what it had found
        raise
    finally:
        os.unlink(report)
    return {"status": status, "closing": closing, **times}


def figures(name: str, result: dict) -> str:
    if not result.get("tests"):
        return f"{name}: no tests"
    each = 1000 * result["seconds"] / result["tests"]
    return f"{name}: {result['tests']} tests, {each:.0f} ms each (without starting databases and browser)"


# The rest


def script(arguments: argparse.Namespace) -> None:
    """Run a script of tests/ in the environment of the tests."""
    prepare("test")
    os.chdir(ROOT)
    browser = find_browser()
    if browser:
        os.environ["CHROMIUM"] = browser
    os.execv(PYTHON, [str(PYTHON), "-m", arguments.module, *arguments.rest])


SCRIPTS = {
    "screenshots": "tests.journeys.screenshots",
    "measure-server": "tests.serving.measure",
    "measure-telling": "tests.notifications.measure",
    "simulate-year": "tests.notifications.year",
    "bench": "tests.bench.measure",
}

# What is a sentence to translate, beside _, gettext, ngettext and pgettext, which Babel knows.
KEYWORDS = ("_l", "lazy_gettext", "lazy_ngettext:1,2", "lazy_pgettext:1c,2")


def messages(arguments: argparse.Namespace) -> None:
    """Extract the sentences, bring every catalogue up to date, compile it; say what is still to translate."""
    prepare("run")
    os.chdir(ROOT)
    pybabel = [str(PYTHON), "-m", "babel.messages.frontend", "--quiet"]
    with tempfile.TemporaryDirectory() as folder:
        template = f"{folder}/messages.pot"
        keywords = [word for keyword in KEYWORDS for word in ("-k", keyword)]
        extract = ["extract", "-F", "babel.cfg", *keywords, "--add-location", "file", "--sort-by-file", "-w", "120"]
        update = ["update", "-i", template, "-d", "translations", "-N", "--ignore-obsolete", "-w", "120"]
        subprocess.run([*pybabel, *extract, "-o", template, "."], check=True)
        subprocess.run([*pybabel, *update, "--ignore-pot-creation-date"], check=True)
    subprocess.run([*pybabel[:3], "compile", "-d", "translations", "--statistics"], check=True)
    print("Now write what has an empty msgstr in translations/*/LC_MESSAGES/messages.po, and run this once more.")


def port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port; one is a number from 1 to 65535")
    return int(text)


def main() -> None:
    if sys.version_info < (3, 11):
        end(f"Ideaboard needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    if os.name == "nt":
        end("Ideaboard runs on Linux and macOS; on Windows, run it in WSL.")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(
        dest="command",
        required=True,
        metavar="{run,test,screenshots,measure-server,measure-telling,simulate-year,bench,messages}",
    )
    one = commands.add_parser("run", help="start it, with a demo community on an empty database")
    one.add_argument("--port", type=port, default=8000)
    one.add_argument("--host", default="127.0.0.1")
    one.add_argument("--empty", action="store_true", help="without the demo; prints a link for the first admin")
    one.set_defaults(do=run)
    one = commands.add_parser("test", help="the whole suite: SQLite, PostgreSQL, browser", add_help=False)
    one.set_defaults(do=test)
    one = commands.add_parser("messages", help="extract what is to translate, update and compile the catalogues")
    one.set_defaults(do=messages)
    for name, module in SCRIPTS.items():
        one = commands.add_parser(name, add_help=False)
        one.set_defaults(do=script, module=module)
    arguments, rest = parser.parse_known_args()
    if rest and arguments.command == "run":
        parser.error("unrecognized arguments: " + " ".join(rest))
    arguments.pytest = arguments.rest = rest
    try:
        arguments.do(arguments)
    except OSError as trouble:
        end(f"{trouble.filename or ROOT}: {trouble.strerror}.")
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
