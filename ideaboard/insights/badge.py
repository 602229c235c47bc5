"""The badge: one line of the public figures, as a picture that other sites may show."""

import base64
import hashlib

from markupsafe import Markup

from ideaboard.site.theme import accent_sides

HEIGHT = 28
_PAD = 12
# A picture knows no font of its reader: as wide as this, in pixels a sign, and `textLength` fits the words in.
_WIDE, _NARROW, _USUAL = "mwMW%", "iljtfrI.,:·' ", 6.9


def width_of(words: str) -> int:
    """About how wide the words are at 13 pixels."""
    return round(sum(10.5 if c in _WIDE else 3.9 if c in _NARROW else _USUAL for c in words))


def badge_styles(accent: str) -> str:
    """The colours for light and dark readers; badge_policy() names them by their hash."""
    light, dark = accent_sides(accent)
    return (
        "text{font:600 13px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif}"
        f".a{{fill:#ffffff}}.b{{fill:{light.accent}}}.e{{fill:none;stroke:#8f857a}}.p{{fill:#221c17}}.q{{fill:{light.on_accent}}}"
        "@media (prefers-color-scheme:dark){"
        f".a{{fill:#211d1a}}.b{{fill:{dark.accent}}}.e{{stroke:#7d736a}}.p{{fill:#f1ebe3}}.q{{fill:{dark.on_accent}}}}}"
    )


def badge_policy(styles: str) -> str:
    """The Content-Security-Policy of the picture: it loads and runs nothing, and takes no styles but its own."""
    digest = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; sandbox"


def badge_svg(label: str, words: str, styles: str) -> str:
    """An SVG document: `label` ("How we answer") beside `words`, light and dark, with a title for who hears it."""
    first, second = width_of(label), width_of(words)
    split, whole = first + 2 * _PAD, first + second + 4 * _PAD
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{high}" viewBox="0 0 {whole} {high}" '
        'role="img" aria-labelledby="t"><title id="t">{label}: {words}</title><style>{styles}</style>'
        '<clipPath id="c"><rect width="{whole}" height="{high}" rx="14"/></clipPath>'
        '<g clip-path="url(#c)"><rect class="a" width="{whole}" height="{high}"/>'
        '<rect class="b" x="{split}" width="{rest}" height="{high}"/></g>'
        '<rect class="e" x=".5" y=".5" width="{inner}" height="27" rx="13.5"/>'
        '<text class="p" x="{pad}" y="18.5" textLength="{first}" lengthAdjust="spacingAndGlyphs">{label}</text>'
        '<text class="q" x="{begins}" y="18.5" textLength="{second}" lengthAdjust="spacingAndGlyphs">{words}</text></svg>'
    ).format(
        whole=whole, high=HEIGHT, label=label, words=words, styles=Markup(styles), split=split, rest=whole - split,
        inner=whole - 1, pad=_PAD, first=first, begins=split + _PAD, second=second,
    )  # fmt: skip
