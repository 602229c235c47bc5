"""Nobody's mailbox is filled from here, and one visitor is one peer."""

from datetime import timedelta

import pytest

from ideaboard.accounts.addresses import mailbox_of
from ideaboard.foundation.refusals import TooMany
from ideaboard.web.guesses import spend_code_mail
from ideaboard.web.throttle import peer
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("vera@example.org", "vera@example.org"),
        ("vera+a@example.org", "vera@example.org"),
        ("vera+a+b@example.org", "vera@example.org"),
        ("+a@example.org", "+a@example.org"),
    ],
)
def test_what_stands_after_a_plus_is_the_same_mailbox(address, mailbox):
    assert mailbox_of(address) == mailbox


def ask(app, address, peer_, now):
    with app.test_request_context("/sign-in", environ_base={"REMOTE_ADDR": peer_}):
        spend_code_mail(address, now)


def test_sub_addresses_do_not_multiply_the_mails_to_one_mailbox(app):
    for number in range(5):
        ask(app, f"stranger+{number}@example.org", f"192.0.2.{number}", NOW)
    with pytest.raises(TooMany):
        ask(app, "stranger+5@example.org", "192.0.2.9", NOW)


def test_a_mailbox_gets_thirty_codes_a_day_whoever_asks(app):
    for number in range(30):
        ask(app, "stranger@example.org", f"192.0.2.{number}", NOW + timedelta(minutes=4 * number))
    with pytest.raises(TooMany):
        ask(app, "stranger@example.org", "192.0.2.99", NOW + timedelta(hours=12))
    ask(app, "stranger@example.org", "192.0.2.99", NOW + timedelta(hours=24, minutes=1))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::2:ffff:1", True),
        ("2001:db8:0:0:a:b:c:d", "2001:db8::b:0:0:1", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_network_of_64_bits_is_one_peer(app, one, other, same):
    seen = []
    for address in (one, other):
        with app.test_request_context("/", environ_base={"REMOTE_ADDR": address}):
            seen.append(peer())
    assert (seen[0] == seen[1]) is same


def test_codes_of_many_addresses_give_one_peer_no_endless_guesses(app, guest, db):
    statuses = []
    for number in range(14):
        client = app.test_client()
        form = {"email": f"victim{number}@example.org"}
        assert client.post("/sign-in", data=form).status_code == 303
        statuses += [client.post("/sign-in/code", data={**form, "code": "000000"}).status_code for _ in range(2)]
    assert statuses.count(429) == 28 - 20
