"""Whatever accent an owner chooses, words stay readable (WCAG 2.2 AA) on both sides."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ideaboard.site import theme

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
awkward = [
    "#000000",
    "#ffffff",
    "#ffff00",
    "#00ff00",
    "#0000ff",
    "#ff0000",
    "#ff00ff",
    "#00ffff",
    "#777777",
    "#767676",
    "#ffd100",
    "#e30613",
]


def assert_readable(accent: str) -> None:
    for side, papers in zip(theme.accent_sides(accent), (theme.LIGHT_PAPERS, theme.DARK_PAPERS), strict=True):
        assert theme.contrast(side.on_accent, side.accent) >= theme.AA, (accent, side)
        assert theme.contrast(side.on_accent, side.accent_hover) >= theme.AA, (accent, side)
        for paper in (*papers, side.accent_wash):
            assert theme.contrast(side.accent_ink, paper) >= theme.AA, (accent, side, paper)
        assert theme.contrast(side.accent_edge, papers[0]) >= 3, (accent, side)
        ink = "#f1ebe3" if papers is theme.DARK_PAPERS else "#221c17"
        assert theme.contrast(ink, side.accent_wash) >= 7, (accent, side)


@pytest.mark.parametrize("accent", [*awkward, theme.DEFAULT_ACCENT])
def test_awkward_accents_stay_readable(accent):
    assert_readable(accent)


def test_a_grid_of_accents_stays_readable():
    for red, green, blue in product(("00", "66", "cc", "ff"), repeat=3):
        assert_readable(f"#{red}{green}{blue}")


@settings(max_examples=60, deadline=None)
@given(colours)
def test_any_accent_stays_readable(accent):
    assert_readable(accent)


@settings(max_examples=40, deadline=None)
@given(colours)
def test_any_status_colour_stays_readable(colour):
    for ink, wash in theme.status_pairs(colour):
        assert theme.contrast(ink, wash) >= theme.AA


def test_our_own_accent_is_the_one_chosen_by_eye():
    light, dark = theme.accent_sides("#0D6B52")
    assert (light.accent, light.on_accent, light.accent_wash) == ("#0d6b52", "#ffffff", "#e4f1ec")
    assert (dark.accent, dark.on_accent, dark.accent_wash) == ("#58c9a3", "#0b1f18", "#15352b")


def test_a_bright_brand_stays_itself_by_day_with_dark_words_and_a_rim():
    light, _ = theme.accent_sides("#ffd100")
    assert light.accent == "#ffd100"
    assert light.accent_edge != light.accent
    assert theme.contrast(light.on_accent, "#ffffff") > 10


def test_contrast_is_counted_as_the_norm_counts_it():
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "#0d6b52;}", "0d6b52", "#0d6b52\n"])
def test_what_is_no_colour_never_reaches_the_stylesheet(text):
    with pytest.raises(ValueError, match="not a colour"):
        theme.theme_css(text)
    with pytest.raises(ValueError, match="not a colour"):
        theme.theme_css(theme.DEFAULT_ACCENT, {"reviewed": text})


def test_the_stylesheet_names_every_token_and_changes_its_hash_with_the_colour():
    css = theme.theme_css("#2244aa", {"under_review": "#8a5a00"})
    for token in ("--accent:", "--on-accent:", "--accent-ink:", "--accent-wash:", "--status-under-review-wash:"):
        assert token in css
    assert theme.theme_hash(css) != theme.theme_hash(theme.theme_css("#2244ab"))
    with pytest.raises(ValueError, match="key of a status"):
        theme.theme_css("#2244aa", {"x}": "#8a5a00"})
