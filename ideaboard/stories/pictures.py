"""Pictures of strangers' making become pictures of ours: opened with caps, turned upright, bared, made smaller, written anew.

Nothing of the file that came in is stored: no EXIF (and so no place where it was taken), no colour profile, no comment, and
nothing that hides behind a picture. Its kind is what the bytes are, never what its name says; SVG is none of them.
"""

import hashlib
import io
import threading
import warnings
from dataclasses import dataclass

from sqlalchemy import select

from ideaboard.extensions import db, gettext
from ideaboard.foundation.markdown import PICTURE, Shown
from ideaboard.models import Picture, Story
from ideaboard.stories.wording import NotAStory

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000  # decoded they take 160 MB: asked before the first one is
MOST_AT_ONCE, MOST_OF_A_STORY = 6, 30
MOST_SCANS = 50  # of a progressive JPEG; usual are ten. One of 60 bytes costs 50 ms, and 8 MB would hold 130,000
WIDEST, TALLEST = 1600, 3200  # pixels, as stored
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
EXTENSIONS = {"image/jpeg": "jpg", "image/webp": "webp"}
_STRIP = 64  # rows, as made smaller
_JPEG, _SCAN = b"\xff\xd8", b"\xff\xda"  # how the file, and each of its scans, begins
# Exif's Orientation, and what puts each upright.
_ORIENTATION = 0x0112
_TURNS = {
    2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270", 7: "TRANSVERSE",
    8: "ROTATE_90",
}  # fmt: skip
_QUARTERS = ("TRANSPOSE", "ROTATE_270", "TRANSVERSE", "ROTATE_90")
NAME = 10  # characters of a digest that name a picture within its story
# One at a time in a process: what is decoded is big.
_one_at_a_time = threading.Lock()


class NotAPicture(NotAStory):
    """The file is none of FORMATS, too large, or broken."""

    def __init__(self, message: str):
        super().__init__(message, field="pictures")


@dataclass(frozen=True)
class Encoded:
    """A picture as it is stored; `of(salt)` is its digest within one story."""

    data: bytes
    content_type: str
    width: int
    height: int

    def of(self, salt: str) -> str:
        """SHA-256 of the story's salt and the bytes: the same file again is the same picture of that story."""
        return hashlib.sha256(salt.encode() + b"\0" + self.data).hexdigest()


def salt_of(story: Story) -> str:
    """What a story's pictures are named with; known before the story has a number."""
    return story.form_token or f"story {story.id}"


def name_of_digest(digest: str) -> str:
    """What Markdown calls a picture: `![words](picture:3f9a2c7b10)`."""
    return digest[:NAME]


def line_of(digest: str, words: str = "") -> str:
    """The line that puts a picture into a text."""
    bare = "".join(c for c in words if c not in "[]\\`\n\r")
    return f"![{bare}]({PICTURE}{name_of_digest(digest)})"


def path_of(digest: str, content_type: str) -> str:
    """The address below the site's own root, as it stands in stored HTML; readers put the root before it."""
    return f"/pictures/{digest}.{EXTENSIONS[content_type]}"


def pictures_of(story_id: int) -> list[Picture]:
    """A story's pictures in the order they came, without their bytes."""
    return list(db.session.scalars(select(Picture).where(Picture.story_id == story_id).order_by(Picture.id)))


def shown(pictures: list[Picture]) -> dict[str, Shown]:
    """{name: Shown} for the renderer."""
    return {name_of_digest(p.digest): Shown(path_of(p.digest, p.content_type), p.width, p.height) for p in pictures}


def shown_anew(pictures: list[Encoded], salt: str) -> dict[str, Shown]:
    """The same of pictures that are not stored yet."""
    by_digest = {p.of(salt): p for p in pictures}
    return {name_of_digest(d): Shown(path_of(d, p.content_type), p.width, p.height) for d, p in by_digest.items()}


def reencode(data: bytes) -> Encoded:
    """A file of a person's making as a picture of ours. Takes up to a second. Raises NotAPicture."""
    if len(data) > MOST_BYTES:
        raise NotAPicture(gettext("This picture is larger than 8 MB. Make it smaller, and choose it again."))
    with _one_at_a_time:
        return _reencode(data)


def _reencode(data: bytes) -> Encoded:
    # Loaded here: it takes 60 ms, and no start and no reader needs it.
    from PIL import Image  # noqa: PLC0415

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        if data.startswith(_JPEG) and data.count(_SCAN) > MOST_SCANS:
            raise ValueError("too many scans")
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Image.DecompressionBombError("too many pixels")
                kind = opened.format
                opened.seek(0)  # of a moving one the first frame
                # JPEG alone can be decoded smaller: a camera's picture then takes 10 MB and not 70.
                opened.draft("RGB", (WIDEST, WIDEST))
                turn = _TURNS.get(opened.getexif().get(_ORIENTATION))
                small = _rather_small(Image, opened, lies_down=turn in _QUARTERS)
        upright = small if turn is None else small.transpose(Image.Transpose[turn])
        upright.thumbnail((WIDEST, TALLEST), Image.Resampling.LANCZOS)
        # Pixels alone: what else the file said (Image.info) would be written again.
        bare = Image.frombytes(upright.mode, upright.size, upright.tobytes())
        written = io.BytesIO()
        if kind == "JPEG":
            bare.save(written, "JPEG", quality=82, optimize=True, progressive=True)
        else:  # drawings and what is seen through: sharp edges stay sharp
            bare.save(written, "WEBP", quality=88, method=4)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAPicture(
            gettext("This picture has more than 40 million pixels. Make it smaller, and choose it again.")
        ) from None
    except Exception as broken:  # decoders of strangers' bytes raise whatever they like
        raise NotAPicture(gettext("This is no picture that we can read. Choose a JPEG, PNG, WebP or GIF.")) from broken
    content_type = "image/jpeg" if kind == "JPEG" else "image/webp"
    return Encoded(written.getvalue(), content_type, *bare.size)


def _rather_small(Image, opened, *, lies_down: bool):
    """The picture in RGB or RGBA, at most twice as large as it is stored.

    A large one is made smaller in strips: converting 40 million pixels at once takes 160 MB for each step.
    """
    see_through = opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info
    mode = "RGBA" if see_through else "RGB"
    across, down = (opened.height, opened.width) if lies_down else opened.size
    factor = int(max(across / WIDEST, down / TALLEST))
    if factor < 2:
        return opened.convert(mode)
    width, height = opened.size
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    for top in range(0, height, _STRIP * factor):
        strip = opened.crop((0, top, width, min(top + _STRIP * factor, height)))
        small.paste(strip.convert(mode).reduce(factor), (0, top // factor))
    return small


def picture_called(digest: str) -> tuple[Picture, Story] | None:
    """A picture (its bytes not read yet) and its story, whoever may see them."""
    found = db.session.execute(
        select(Picture, Story).join(Story, Story.id == Picture.story_id).where(Picture.digest == digest)
    ).one_or_none()
    return (found[0], found[1]) if found else None
