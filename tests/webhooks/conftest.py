"""What tests of calls out share: sinks that may be called although they are on this machine."""

from dataclasses import replace

import pytest

from ideaboard.foundation.settings import settings
from tests.webhooks.sinks import Sink


@pytest.fixture
def loopback(app):
    """The operator allowed this machine."""
    settings.fill(replace(app.config["SETTINGS"], outbound_allow="127.0.0.0/8, ::1/128"))


@pytest.fixture
def sink(loopback):
    with Sink() as one:
        yield one
