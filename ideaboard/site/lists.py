"""What a page with a list of ideas shows: the rows, the order they are in, and the orders that are offered."""

from ideaboard.boards.directory import Sight, sight_of
from ideaboard.ideas.listing import PAGE_SIZE, Filter, left_out, orders_offered, page_of, settled
from ideaboard.models import Person
from ideaboard.site.rows import rows_of


def list_of(
    wanted: Filter, viewer: Person | None, *, after=None, before=None, size: int = PAGE_SIZE, sight: Sight | None = None
) -> dict:
    """{rows, wanted: as settled, orders: those offered, boards: those seen, left_out: ids of boards that this order cannot show}.

    `sight`: where it was asked already. Raises Missing for a cursor that is not ours.
    """
    sight = sight or sight_of(viewer)
    wanted = settled(wanted, sight)
    page = page_of(wanted, viewer, after=after, before=before, size=size, sight=sight)
    return {
        "rows": rows_of(page, viewer),
        "wanted": wanted,
        "orders": orders_offered(wanted, sight),
        "boards": sight.boards,
        "left_out": left_out(wanted, sight),
    }
