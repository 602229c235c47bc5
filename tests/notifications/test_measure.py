"""The load command's own judgement: what arrived is counted raw, and a broken promise is said."""

import time

import pytest

from tests.notifications.crowd import Standing
from tests.notifications.measure import Run
from tests.notifications.sink import Arrivals
from tests.notifications.verdict import percentile, report

NOW = time.time()


def arrivals(tmp_path, *mails):
    path = tmp_path / "arrivals"
    path.write_text("".join(f"{NOW + n:.3f} {recipient} {id}\n" for n, (recipient, id) in enumerate(mails)))
    return Arrivals.read(path)


ALL = Standing(events_waiting=0, waiting=0, sent=2, entries=2, untold=0, entitled=2, told=2, not_told=0)
RUN = {"kills": 1, "answered": NOW - 10, "fanned_out": NOW - 9, "last_restart": NOW - 1, "drained": NOW + 2}
BOTH = (("a@x", "<1@x>"), ("b@x", "<2@x>"))


@pytest.mark.parametrize(
    ("mails", "last", "kept"),
    [
        (BOTH, ALL, True),
        ((*BOTH, ("a@x", "<1@x>")), ALL, True),  # one repeat, one kill
        ((*BOTH, ("a@x", "<1@x>"), ("b@x", "<2@x>")), ALL, False),
        ((*BOTH, ("a@x", "<3@x>")), ALL, False),  # told twice
        ((("a@x", "<1@x>"), ("b@x", "<1@x>")), ALL, False),  # one Message-ID for two
        (BOTH[:1], ALL, False),  # missed
        (BOTH, Standing(0, 0, 2, 2, 0, 2, 1, 0), False),
        (BOTH, Standing(0, 1, 2, 2, 1, 2, 2, 0), False),
        (BOTH, Standing(0, 0, 2, 3, 0, 2, 2, 0), False),
    ],
)
def test_every_promise_is_held_against_what_arrived(tmp_path, capsys, mails, last, kept):
    assert report(Run(**RUN), arrivals(tmp_path, *mails), last, [], 2, 5) is kept
    assert ("BROKEN" in capsys.readouterr().out) is not kept


def test_percentiles():
    assert [percentile([3, 1, 2], share) for share in (0, 0.5, 0.99)] == [1, 2, 3]
    assert percentile([], 0.5) == 0.0
