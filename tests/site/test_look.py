"""What keeps the look whole: no word without a style, no token without a value, no file that is not the one vendored."""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CSS = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "static/css").rglob("*.css")))
TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if "mail" not in path.parts]
# Words that script or htmx looks for, and words that only name a place.
NOT_STYLED = {"layout__main", "dock", "hit"}


def classes_of(text: str) -> set[str]:
    """The literal class words of a template; what Jinja computes is left out."""
    words: set[str] = set()
    for attribute in re.findall(r'\bclass="([^"]*)"', text):
        plain = re.sub(r"\S*\{\{.*?\}\}\S*", " ", re.sub(r"\{%.*?%\}", " ", attribute))
        words.update(word for word in plain.split() if not word.endswith(("-", "--")))
    return words


def test_every_class_of_a_template_has_a_style():
    styled = set(re.findall(r"\.([a-z][\w-]*)", CSS)) | NOT_STYLED
    unknown = {
        f"{path.relative_to(ROOT)}: {word}"
        for path in TEMPLATES
        for word in classes_of(path.read_text("utf-8"))
        if word not in styled
    }
    assert not unknown, "no stylesheet knows these words; see /patterns for the ones that are there"


def test_every_token_has_a_value():
    used = set(re.findall(r"var\((--[\w-]+)", CSS))
    given = set(re.findall(r"(--[\w-]+)\s*:", CSS))
    assert used <= given


def test_colours_stand_in_tokens_alone():
    """A colour elsewhere would not follow the owner's accent, nor the night. Faces carry white letters on purpose."""
    for path in sorted((ROOT / "static/css").rglob("*.css")):
        if path.name != "tokens.css":
            assert set(re.findall(r"#[0-9a-f]{3,8}\b", path.read_text("utf-8"))) <= {"#fff"}, path.name


def test_no_template_breaks_the_content_policy():
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        assert not re.search(r"<[^>]*\sstyle=", text), path
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\son(click|change|submit|load|input)=", text), path


def test_the_vendored_file_is_the_published_one():
    table = (ROOT / "static/vendor/README.md").read_text("utf-8")
    for path in (ROOT / "static/vendor").glob("*.js"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() in table, path.name
