"""Vary: what an answer depends on in its request."""

from flask import Response


def vary_by(response: Response, *names: str) -> Response:
    """Add these headers' names to Vary, those that it has not yet. (`response.vary` parses and writes the header anew for each.)"""
    said = response.headers.get("Vary")
    if said is None:
        response.headers["Vary"] = ", ".join(names)
        return response
    there = {name.strip().lower() for name in said.split(",")}
    if missing := [name for name in names if name.lower() not in there]:
        response.headers["Vary"] = ", ".join([said, *missing])
    return response
