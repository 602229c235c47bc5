"""Column shapes that tables share."""

from typing import Annotated

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import mapped_column

# SQLite numbers rows by INTEGER only; PostgreSQL gets eight bytes.
Key = BigInteger().with_variant(Integer, "sqlite")
Id = Annotated[int, mapped_column(Key, primary_key=True)]
Code = Annotated[str, mapped_column(String(20))]
Line = Annotated[str, mapped_column(String(300))]
LongText = Annotated[str, mapped_column(Text)]

# A row id is never used again.
NEVER_REUSE = {"sqlite_autoincrement": True}
