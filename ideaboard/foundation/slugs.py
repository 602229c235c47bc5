"""Readable addresses: 'Café ouvert à 5h30' -> 'cafe-ouvert-a-5h30'."""

import re
import unicodedata

_SPECIAL = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "đ": "d", "ł": "l", "œ": "oe", "þ": "th", "ı": "i"})


def slugify(text: str, length: int = 60) -> str:
    """ASCII words joined by hyphens, at most `length` characters; 'idea' when nothing is left."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_SPECIAL))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) > length:
        slug = slug[:length].rsplit("-", 1)[0] or slug[:length]
    return slug or "idea"
