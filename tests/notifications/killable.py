"""A worker process for tests that kill it: short leases and slices, so that a killed one is soon followed."""

import sys

from ideaboard.events import dispatch
from ideaboard.foundation import post
from ideaboard.notifications import claims

if __name__ == "__main__":
    dispatch.LEASE_SECONDS = 1
    claims.LEASE_SECONDS = int(sys.argv[1])
    claims.REST_SECONDS = 1
    post.WHOLE_SECONDS = claims.LEASE_SECONDS / 3
    dispatch.SLICE = 50

    from wsgi import application

    application.test_cli_runner().invoke(args=["worker"], catch_exceptions=False)
