"""Which column feeds which field: by name where it is plain, by `--map field=column` where it is not."""

import re
from collections.abc import Iterable

from ideaboard.extensions import gettext as _
from ideaboard.foundation.refusals import Refusal
from ideaboard.transfer.reading import Sheet

# Names by which rivals' exports call a field, the surest first. They are compared folded: "Idea ID" is idea_id.
IDEA_FIELDS = {
    "id": "id idea_id proposal_id post_id suggestion_id number export_proposal_id",
    "title": "title idea_title proposal_title name subject export_proposal_title",
    "body": "body summary description details text content idea_description export_proposal_description",
    "body_html": "body_html description_html html",
    "body_markdown": "body_markdown markdown",
    "created_at": "created_at created date_time created_timestamp published_at submitted_at date "
    "export_proposal_created_at",
    "status": "status state public_status_name stage status_name export_proposal_status_name",
    "status_changed_at": "status_changed_at responded_at public_status_updated_timestamp last_stage_change answered_at",
    "answer": "answer response public_status_update_message official_response export_proposal_official_response",
    "author": "author author_name created_by user_login idea_creator_name user_name export_proposal_author_username",
    "author_id": "author_id user_id export_proposal_author_id",
    "author_organization": "author_organization author_organisation organization organisation company",
    "total_votes": "total_votes votes_count vote_count votes supports score voters_count "
    "export_proposal_votes_total_count",
    "category": "category category_name campaign forum_name export_proposal_category_name",
    "url": "url html_url link export_proposal_link",
    "hidden": "hidden is_hidden",
}
COMMENT_FIELDS = {
    "id": "id comment_id",
    "idea_id": "idea_id proposal_id post_id suggestion_id",
    "ancestry": "ancestry",
    "parent_id": "parent_id parent_comment_id parent in_reply_to",
    "body": "body comment text content value",
    "body_html": "body_html comment_html html",
    "body_markdown": "body_markdown markdown",
    "created_at": "created_at created date_time posted_at date",
    "author": "author author_name created_by user_login user_name",
    "author_id": "author_id user_id",
    "hidden": "hidden is_hidden",
}
_BODIES = ("body_html", "body_markdown", "body")
_SEVERAL_LANGUAGES = re.compile(r"(title|body|answer)_[a-z]{2}")


class UnknownColumn(Refusal):
    """A field has no column, or `--map` names what is not there."""


def parse_maps(pairs: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    """['title=Idea Title', 'comments.body=Text'] -> what is asked of the ideas' file and of the comments' file.

    'field=' (no column) leaves a field out that its column's name would feed.
    """
    ideas: dict[str, str] = {}
    comments: dict[str, str] = {}
    for pair in pairs:
        name, equals, column = pair.partition("=")
        of_comments = name.startswith("comments.")
        known, asked = (COMMENT_FIELDS, comments) if of_comments else (IDEA_FIELDS, ideas)
        name = name.removeprefix("comments.").strip()
        if not equals or name not in known:
            raise UnknownColumn(
                _(
                    "--map %(pair)s: there is no such field. Write field=column with one of these fields: %(fields)s.",
                    pair=pair,
                    fields=", ".join(("comments." if of_comments else "") + field for field in known),
                )
            )
        asked[name] = column.strip()
    return ideas, comments


def columns_of_ideas(sheet: Sheet, asked: dict[str, str]) -> dict[str, str]:
    """{field: column} for a file of ideas. Raises UnknownColumn without a title, or when `asked` names no column."""
    return _need(sheet, _columns(sheet, IDEA_FIELDS, asked), ("title",), "")


def columns_of_comments(sheet: Sheet, asked: dict[str, str]) -> dict[str, str]:
    """{field: column} for a file of comments, which must say whose idea and hold words."""
    return _need(sheet, _columns(sheet, COMMENT_FIELDS, asked), ("idea_id", "body"), "comments.")


def unused(sheet: Sheet, columns: dict[str, str]) -> list[str]:
    """The columns that feed nothing and hold something: their contents stay behind, which the report says."""
    return [column.name for column in sheet.columns if column.filled and column.name not in columns.values()]


def _columns(sheet: Sheet, known: dict[str, str], asked: dict[str, str]) -> dict[str, str]:
    folded: dict[str, str] = {}
    for name in sheet.names:
        folded.setdefault(_folded(name), name)
        if _SEVERAL_LANGUAGES.fullmatch(_folded(name)):
            folded.setdefault(_folded(name)[:-3], name)
    found: dict[str, str] = {}
    for field, aliases in known.items():
        if field in asked:
            if asked[field] and asked[field] not in sheet.names:
                raise UnknownColumn(_no_column(sheet, asked[field]))
            found |= {field: asked[field]} if asked[field] else {}
        else:
            names = [folded[alias] for alias in aliases.split() if alias in folded]
            # One column feeds one field, and what was asked for comes first.
            free = [name for name in names if name not in asked.values() and name not in found.values()]
            found |= {field: free[0]} if free else {}
    bodies = [field for field in _BODIES if field in asked and asked[field]] or [f for f in _BODIES if f in found]
    return {field: name for field, name in found.items() if field not in _BODIES or field == bodies[0]}


def _need(sheet: Sheet, columns: dict[str, str], fields: tuple[str, ...], prefix: str) -> dict[str, str]:
    for field in fields:
        if field not in columns and not (field == "body" and columns.keys() & set(_BODIES)):
            raise UnknownColumn(
                _(
                    "%(file)s has no column that is plainly the %(field)s. It has: %(columns)s. "
                    "Say which one it is: --map %(prefix)s%(field)s=COLUMN.",
                    file=sheet.path.name,
                    field=field,
                    prefix=prefix,
                    columns=", ".join(sheet.names),
                )
            )
    return columns


def _no_column(sheet: Sheet, name: str) -> str:
    return _("%(file)s has no column \u201c%(name)s\u201d. It has: %(columns)s.",
             file=sheet.path.name, name=name, columns=", ".join(sheet.names))  # fmt: skip


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
