"""What a first view costs: the styles and scripts of every page, as they go over the wire."""

from ideaboard.web import assets


def test_styles_and_scripts_stay_small(app):
    """32 kB together leaves 8 for the page itself and the headers (QUALITY: 40 in all)."""
    wire = {name: len(zipped) for name, (_, _, zipped) in assets._files.items()}
    assert wire["app.css"] + wire["app.js"] + wire["favicon.svg"] <= 32_000, wire


def test_squeezing_leaves_the_meaning():
    css = '/* why */\n.a::after { content: " ·"; color: red; }\n@media (min-width: 9px) { .b > .c :is(a, b) { top: 1px; } }'
    assert assets._squeeze(css) == (
        '.a::after{content:" ·";color:red;}@media (min-width:9px){.b > .c :is(a, b){top:1px;}}'
    )
    script = '/* why\n   it is */\n// a line\n  go("https://example.com"); // stays\n'
    assert assets._squeeze_script(script) == 'go("https://example.com"); // stays\n'
