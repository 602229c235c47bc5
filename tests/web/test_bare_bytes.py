import pytest


@pytest.mark.parametrize("path", ["/", "/ideas", "/search", "/ideas/similar", "/roadmap"])
def test_bare_bytes_in_an_address_are_no_fault_of_ours(guest, path):
    answer = guest.get(path, environ_overrides={"QUERY_STRING": "q=\xfc&title=\xfc&sort=\xfc&after=\xfc"})
    assert answer.status_code in (200, 404), path
