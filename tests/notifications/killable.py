"""A worker process for tests that kill, stop and starve it: leases, slices and pauses of seconds, so that a test is too.

`python tests/notifications/killable.py LEASE_SECONDS`; CLOCK_OFFSET: its clock goes wrong by so many seconds.
"""

import os
import sys
from datetime import timedelta

if __name__ == "__main__":
    from ideaboard.foundation import clock

    right = clock.now
    offset = timedelta(seconds=float(os.environ.get("CLOCK_OFFSET", "0")))
    clock.now = lambda: right() + offset  # before anything has taken it by name

    from ideaboard.events import dispatch
    from ideaboard.foundation import post
    from ideaboard.jobs import worker
    from ideaboard.notifications import claims, sending

    dispatch.LEASE_SECONDS = 1
    dispatch.SLICE = 50
    claims.LEASE_SECONDS = int(sys.argv[1])
    claims.REST_SECONDS = 1
    post.WHOLE_SECONDS = claims.LEASE_SECONDS / 3
    post.STEP_SECONDS = post.WHOLE_SECONDS / 2
    worker.FIRST_POST_PAUSE = worker.LONGEST_POST_PAUSE = 0.2
    sending.FIRST_PAUSE.update(news=timedelta(seconds=0.2), digest=timedelta(seconds=0.2))
    sending.LONGEST_PAUSE.update(news=timedelta(seconds=1), digest=timedelta(seconds=1))

    from wsgi import application

    application.test_cli_runner().invoke(args=["worker"], catch_exceptions=False)
