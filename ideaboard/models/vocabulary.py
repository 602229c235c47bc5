"""The words that code relies on. Labels, colours and order of statuses are data; these are not."""

from enum import StrEnum


class Stage(StrEnum):
    """What a status means in code. RECEIVED is the lack of a status: nobody has picked the idea up."""

    RECEIVED = "received"
    UNDER_REVIEW = "under_review"
    REVIEWED = "reviewed"
    COMING_SOON = "coming_soon"
    LAUNCHED = "launched"


# The four steps of the tracker, in their order.
STEPS = (Stage.UNDER_REVIEW, Stage.REVIEWED, Stage.COMING_SOON, Stage.LAUNCHED)


class Outcome(StrEnum):
    """What a review found."""

    WANT = "want"
    NOT_NOW = "not_now"
    WILL_NOT = "will_not"
    EXISTS = "exists"
    HANDED_OVER = "handed_over"


# Voting ends where there is nothing left to want.
OUTCOMES_THAT_END_VOTING = (Outcome.WILL_NOT, Outcome.EXISTS, Outcome.HANDED_OVER)
# The same as words of idea.standing.
ENDS_VOTING = (Stage.LAUNCHED, *OUTCOMES_THAT_END_VOTING)


class Origin(StrEnum):
    """Where a row came from. Only events of HERE are dispatched."""

    HERE = "here"
    IMPORT = "import"
    DEMO = "demo"


class Audience(StrEnum):
    """Who may see, submit, vote or comment on a board."""

    EVERYONE = "everyone"
    MEMBERS = "members"
    LISTED = "listed"
    COLLEAGUES = "colleagues"  # colleagues and staff


class SiteRole(StrEnum):
    MEMBER = "member"
    COLLEAGUE = "colleague"
    ADMIN = "admin"


class BoardRole(StrEnum):
    STAFF = "staff"
    LISTED = "listed"


class VotersSeenBy(StrEnum):
    STAFF = "staff"
    MEMBERS = "members"
    EVERYONE = "everyone"


class Reason:
    """Why a person follows an idea: bits of follow.reasons."""

    AUTHOR = 1
    VOTER = 2
    COMMENTER = 4
    CHOSEN = 8


class Topic(StrEnum):
    """Kinds of news that a person chooses about (preference.kind)."""

    STATUS = "status"  # answers and status
    COMMENTS = "comments"  # comments and replies
    MENTIONS = "mentions"
    STORIES = "stories"
    NEW_IDEAS = "new_ideas"  # new ideas on my boards


class How(StrEnum):
    """How news of a kind reaches a person by mail; the inbox has it in any case."""

    AT_ONCE = "at_once"
    DAILY = "daily"  # with the next daily digest
    WEEKLY = "weekly"  # with the next weekly digest
    NEVER = "never"


DIGESTS = (How.DAILY, How.WEEKLY)


class ToldBy(StrEnum):
    """What became of a Notification (notification.told_by); None: it still waits for a mail."""

    MAIL = "mail"  # a single mail that the relay accepted
    DIGEST = "digest"  # a digest that the relay accepted
    INBOX = "inbox"  # the entry in the inbox tells: no address, chose no mail, or over the ceiling
    REFUSED = "refused"  # the mail server refuses the address: not told
    LOST = "lost"  # no longer entitled when sending: not told


class StoryState(StrEnum):
    """How far a story is. Editing one that a colleague has read makes it a draft again."""

    DRAFT = "draft"
    READ = "read"  # by a colleague, who is not its author
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
