"""A worker in a process of its own, with short leases, to be killed."""

from ideaboard.webhooks import claims

if __name__ == "__main__":
    claims.LEASE_SECONDS = 1

    from wsgi import application

    application.test_cli_runner().invoke(args=["worker"], catch_exceptions=False)
