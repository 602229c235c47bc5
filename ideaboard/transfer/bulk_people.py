"""The bulk loader's people and organisations, and the keys by which it knows what is there already."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ideaboard.models import Organisation, Person
from ideaboard.models.vocabulary import Origin
from ideaboard.transfer.bulk_rows import insert_rows
from ideaboard.transfer.bulk_shapes import NewPerson
from ideaboard.transfer.cells import key_of


def imported(source: str, key: str) -> dict:
    return {"origin": Origin.IMPORT, "import_source": source, "import_id": key}


def ids_of(session: Session, model, source: str, keys: Iterable[str]) -> dict[str, int]:
    """{key at the source: id here} of the rows that are there."""
    query = select(model.import_id, model.id).where(model.import_source == source, model.import_id.in_(list(keys)))
    return dict(session.execute(query).tuples().all())


def people_ids(session: Session, source: str, wanted: Iterable[NewPerson | None]) -> dict[str, int]:
    people = {person.key: person for person in wanted if person}
    there = ids_of(session, Person, source, people)
    insert_rows(
        session,
        Person,
        (
            imported(source, key)
            | {"display_name": person.name, "created_at": person.created_at, "avatar_seed": f"{source}:{key}"[:300]}
            for key, person in people.items()
            if key not in there
        ),
    )
    return ids_of(session, Person, source, people)


def organisation_ids(session: Session, source: str, wanted: Iterable[tuple[str, datetime] | None]) -> dict[str, int]:
    since = dict(one for one in wanted if one)
    keys = {name: key_of(f"import:{source}:{name}") for name in since}
    query = select(Organisation.external_id, Organisation.id).where(Organisation.external_id.in_(keys.values()))
    there = dict(session.execute(query).tuples().all())
    insert_rows(
        session,
        Organisation,
        (
            {"name": name, "external_id": key, "created_at": since[name]}
            for name, key in keys.items()
            if key not in there
        ),
    )
    there = dict(session.execute(query).tuples().all())
    return {name: there[key] for name, key in keys.items()}
