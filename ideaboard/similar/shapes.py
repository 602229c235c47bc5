"""The shape of a text: what similarity compares, packed into a few hundred bytes and kept beside the idea.

Words are stems (foundation/words.py) as 32-bit hashes, in order; the title's letters, folded, as 16-bit codes between
spaces. Packing needs the standard library alone, so that a verb that stores an idea loads nothing for it.
"""

import struct
import sys
from array import array
from zlib import crc32

from ideaboard.foundation.words import stems_of, tokens_of

HEAD = struct.Struct("<HHH")
TITLE_WORDS, BODY_WORDS, LETTERS = 60, 120, 400  # what counts of each; the rest of a longer text is not compared


def shape_of(title: str, body: str = "") -> bytes:
    """A title and the text below it, packed: counts, words of the title, words of the body, letters of the title."""
    tokens = tokens_of(title)[:TITLE_WORDS]
    words = array("I", (hash_of(token[1]) for token in tokens))
    below = array("I", (hash_of(stem) for stem in stems_of(body[: BODY_WORDS * 16])[:BODY_WORDS]))
    spaced = f" {' '.join(token[0] for token in tokens)} "[:LETTERS]
    letters = array("H", (ord(c) & 0xFFFF for c in spaced))
    if sys.byteorder == "big":
        for part in (words, below, letters):
            part.byteswap()
    return HEAD.pack(len(words), len(below), len(letters)) + words.tobytes() + below.tobytes() + letters.tobytes()


def hash_of(stem: str) -> int:
    return crc32(stem.encode("utf-8", "surrogatepass"))
