"""The vocabulary of events: noun dot past verb. docs/events.md lists them; a test holds it complete."""

IDEA_SUBMITTED = "idea.submitted"
IDEA_EDITED = "idea.edited"
IDEA_ADDED_TO = "idea.added_to"
IDEA_RETITLED = "idea.retitled"
IDEA_TAKEN_BACK = "idea.taken_back"
IDEA_STEPPED_BACK = "idea.stepped_back"
IDEA_STATUS_CHANGED = "idea.status_changed"
IDEA_PROMISE_REACHED = "idea.promise_reached"
IDEA_MERGED = "idea.merged"
IDEA_UNMERGED = "idea.unmerged"
COMMENT_POSTED = "comment.posted"
COMMENT_EDITED = "comment.edited"
COMMENT_DELETED = "comment.deleted"
COMMENT_BECAME_IDEA = "comment.became_idea"
STORY_PUBLISHED = "story.published"
PERSON_JOINED = "person.joined"
PERSON_ROLE_CHANGED = "person.role_changed"
PERSON_ERASED = "person.erased"
BOARD_CREATED = "board.created"
BOARD_CHANGED = "board.changed"
SITE_CHANGED = "site.changed"
WEBHOOK_CREATED = "webhook.created"
WEBHOOK_CHANGED = "webhook.changed"
WEBHOOK_ROTATED = "webhook.rotated"
WEBHOOK_PAUSED = "webhook.paused"
WEBHOOK_RESUMED = "webhook.resumed"
WEBHOOK_DELETED = "webhook.deleted"

KINDS = {
    IDEA_SUBMITTED: "an idea became visible",
    IDEA_EDITED: "its author edited it, before others took part",
    IDEA_ADDED_TO: "its author added to it",
    IDEA_RETITLED: "staff made its title clearer",
    IDEA_TAKEN_BACK: "its author took it back",
    IDEA_STEPPED_BACK: "its author's name left it",
    IDEA_STATUS_CHANGED: "a status change or a further word; change_id names it",
    IDEA_PROMISE_REACHED: "its votes first reached the board's promise; facts: votes, days",
    IDEA_MERGED: "staff merged it into another; merge_id names the merge; facts: into, votes, both",
    IDEA_UNMERGED: "staff undid the merge, and it stands on its own again; merge_id; facts: out_of, votes",
    COMMENT_POSTED: "a comment was posted",
    COMMENT_EDITED: "its author edited a comment",
    COMMENT_DELETED: "its author deleted a comment",
    COMMENT_BECAME_IDEA: "a comment became an idea of its own, which idea_id names; comment_id",
    STORY_PUBLISHED: "a story was published; story_id names it",
    PERSON_JOINED: "somebody confirmed their address for the first time",
    PERSON_ROLE_CHANGED: "an admin gave or took a role; facts: what",
    PERSON_ERASED: "a person became a nameless shell; facts: texts (whether their words went too)",
    BOARD_CREATED: "an admin made a board",
    BOARD_CHANGED: "an admin changed a board; facts: which fields",
    SITE_CHANGED: "an admin changed the site; facts: which fields",
    WEBHOOK_CREATED: "an admin made a webhook; facts: webhook (its number)",
    WEBHOOK_CHANGED: "an admin changed a webhook; facts: webhook, which fields",
    WEBHOOK_ROTATED: "an admin gave a webhook a new secret; facts: webhook, at_once",
    WEBHOOK_PAUSED: "a webhook was paused, by an admin or since it failed; facts: webhook, because",
    WEBHOOK_RESUMED: "an admin let a webhook go on; facts: webhook",
    WEBHOOK_DELETED: "an admin deleted a webhook; facts: webhook",
}
