"""'first look by Friday', as a person would say it on each day."""

from datetime import UTC, datetime, timedelta

import pytest

from ideaboard.ideas.promises import first_look_words

RECEIVED = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (0, "first look by Thursday"), (2, "first look by tomorrow"), (3, "first look due today"),
        (4, "first look was due 5 March"),
    ],
)  # fmt: skip
def test_a_first_look_as_one_says_it_on_that_day(later, words, app):
    with app.test_request_context():
        assert first_look_words(RECEIVED, 3, RECEIVED + timedelta(days=later), "UTC") == words
