"""Addresses as templates make them: what the router would make, without asking it for each idea."""

from itertools import product

import pytest
from flask import url_for

from ideaboard.web.addresses import path_of

VALUES = [0, 152_322, -1, True, None, "a-b_9", "12", "jpg", "", ".", "a b", "ü", "a/b", "%25"]
BESIDE = [{}, {"page": 2}, {"q": "c++ & x", "sort": "votes"}, {"_anchor": "answer"}]


def said(build, endpoint: str, values: dict) -> str:
    try:
        return build(endpoint, **values)
    except Exception as error:
        return type(error).__name__


@pytest.mark.parametrize("root", ["", "/below"])
def test_an_address_is_the_routers(app, root):
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
        for rule in app.url_map.iter_rules():
            for own in product(VALUES, repeat=len(rule.arguments)):
                for beside in BESIDE:
                    values = dict(zip(sorted(rule.arguments), own, strict=True)) | beside
                    assert said(path_of, rule.endpoint, values) == said(url_for, rule.endpoint, values), values
