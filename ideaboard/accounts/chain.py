"""Several deeds wait for one code: a guest pressed Vote here and Follow there before typing it.

A row's `deed` is the one pressed last; those before it, from the same browser for the same address, stand in its
"earlier", oldest first, each with the row that it came "from".
"""

MOST = 10


def all_of(deed: dict) -> list[dict]:
    """Every deed that waits, in the order of pressing, none of them nested."""
    last = {name: value for name, value in deed.items() if name != "earlier"}
    return [*deed.get("earlier", []), *([last] if last.get("deed") else [])]


def chained(deeds: list[dict]) -> dict:
    """What a row holds of some deeds: the same one once (as pressed last), the last ten. {} of none."""
    kept = list({_same(deed): deed for deed in reversed(deeds)}.values())[:MOST][::-1]
    if not kept:
        return {}
    return {**kept[-1], "earlier": kept[:-1]} if kept[:-1] else kept[-1]


def taken_over(row_id: int, earlier: dict, deed: dict) -> dict:
    """What a new row holds: what waited on row `row_id`, and then `deed`."""
    return chained([*({"from": row_id, **one} for one in all_of(earlier)), *all_of(deed)])


def _same(deed: dict) -> tuple:
    # Two comments on one idea are two, unless they say the same.
    return tuple(deed.get(name) for name in ("deed", "idea_id", "draft_id", "parent_id", "title", "body", "text"))
