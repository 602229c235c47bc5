"""How the orders of lists are called, and what each one says of itself above the rows (docs/lists.md has the formulas)."""

from ideaboard.extensions import lazy_gettext

ORDER_WORDS = {
    "trending": lazy_gettext("Trending"),
    "votes": lazy_gettext("Most voted"),
    "newest": lazy_gettext("Newest"),
    "discussed": lazy_gettext("Most discussed"),
    "waiting": lazy_gettext("Waiting longest"),
    "unseen": lazy_gettext("Seen by few"),
    "imported": lazy_gettext("Before the move"),
}
ORDER_MEANINGS = {
    "discussed": lazy_gettext("Sorted by comments."),
    "waiting": lazy_gettext("What has no decision yet, the oldest first."),
    "unseen": lazy_gettext("What few have seen for its age comes first; each look moves an idea back."),
    "imported": lazy_gettext("Sorted by the votes that were counted before the move here."),
}
