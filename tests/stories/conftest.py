"""Pictures as they come from cameras and from people who mean harm, and stories as rows."""

import io

import pytest
from PIL import Image

from ideaboard.foundation.database import end_reading
from ideaboard.stories.wording import words_of
from ideaboard.stories.writing import write_story
from tests.conftest import NOW


def file_of(kind="JPEG", size=(64, 48), colour=(180, 90, 40), mode="RGB", **more) -> bytes:
    """A picture file of one colour."""
    written = io.BytesIO()
    Image.new(mode, size, colour).save(written, kind, **more)
    return written.getvalue()


@pytest.fixture
def write(app, cast):
    """write(by, …) -> a draft, by the verb."""
    count = iter(range(100))

    def write(by=None, *, title="A year of oat", body="It went **well**.", board=None, ideas=(), pictures=()):
        sent = {"board_id": board.id if board else None, "idea_ids": [idea.id for idea in ideas]}
        by = by or cast.ada
        end_reading()
        return write_story(
            by, NOW, words=words_of(title, body, {}), pictures=list(pictures), form_token=f"token-{next(count):040}",
            **sent,
        )  # fmt: skip

    return write
