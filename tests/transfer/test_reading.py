"""Strangers' files: what is read, and the sentence for each that cannot be."""

import csv
import gzip
import io
import json

import pytest

from ideaboard.transfer.files import ROW, UnreadableFile
from ideaboard.transfer.reading import read_file, scratch_database

ROWS = [{"id": "1", "title": "Café, open"}, {"id": "2", "title": "Näher\nam Kunden"}]


def text_of(separator: str) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, ["id", "title"], delimiter=separator)
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue()


@pytest.fixture
def read(put, app):
    """read(name, content) -> the Sheet, its rows read."""
    with scratch_database() as scratch:
        yield lambda name, content: read_file(put(name, content), scratch, f"t{abs(hash(name))}")


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize(
    ("name", "content", "format"),
    [
        ("a.csv", text_of(","), "CSV"),
        ("a.csv", text_of(";"), "CSV"),
        ("a.tsv", text_of("\t"), "TSV"),
        ("a.json", json.dumps(ROWS), "JSON"),
        ("a.json", json.dumps(ROWS, indent=2), "JSON"),
        ("a.jsonl", "\n".join(json.dumps(row) for row in ROWS), "JSON Lines"),
        ("a.data", "\n\n".join(json.dumps(row) for row in ROWS) + "\n", "JSON Lines"),
    ],
)
def test_formats_are_told_by_their_content(read, name, content, format, packed):
    sheet = read(name + packed, content)
    assert (sheet.format, sheet.count, sheet.names) == (format, 2, ["id", "title"])
    # csv writes \r\n between rows only: inside a cell the line end is the writer's.
    assert [{name: row[name] for name in ("id", "title")} for row in sheet.rows()] == ROWS


def test_a_single_object_is_one_row(read):
    assert read("one.json", '{"id": 1, "title": "One"}').count == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(read, encoding):
    sheet = read("a.csv", text_of(",").encode(encoding))
    assert next(iter(sheet.rows()))["title"] == "Café, open"
    assert sheet.names[0] == "id"


def test_values_stay_texts(read):
    sheet = read("a.csv", "id,code\n1,007\n2,1e5\n")
    assert [row["code"] for row in sheet.rows()] == ["007", "1e5"]
    assert {column.name: column.type for column in sheet.columns} == {"id": "integer", "code": "float"}


def test_nested_values_and_missing_keys(read):
    sheet = read("a.jsonl", '{"id": 1, "user": {"login": "vera"}}\n{"id": 2, "tags": ["a"], "open": true}')
    first, second = sheet.rows()
    assert first == {ROW: 1, "id": "1", "user.login": "vera", "tags": None, "open": None}
    assert (second["tags"], second["open"]) == ('["a"]', "true")


def test_columns_that_differ_in_case_alone_stay_two(read):
    row = next(iter(read("a.csv", "Title,title,[x]\na,b,c\n").rows()))
    assert (row["Title"], row["title"], row["[x]"]) == ("a", "b", "c")


def test_rows_are_counted_as_a_spreadsheet_does(read):
    assert [row[ROW] for row in read("a.csv", text_of(",")).rows()] == [2, 3]
    assert [row[ROW] for row in read("b.json", json.dumps(ROWS)).rows()] == [1, 2]


def test_a_long_text_is_no_limit(read):
    assert len(next(iter(read("a.csv", "id,title\n1," + "x" * 300_000 + "\n").rows()))["title"]) == 300_000


def test_values_are_counted(read):
    assert read("a.csv", "id,s\n1,open \n2,open\n3,shut\n4,\n").values("s") == {"open": 2, "shut": 1}


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", "", "a.csv is empty."),
        ("a.csv", " \n\n", "a.csv is empty."),
        ("a.csv", "id,title\n", "a.csv holds no rows."),
        ("a.json", "[]", "a.json holds no rows."),
        ("a.csv", b"\x89PNG\r\n\x00\x00\x01", "a.csv is no text file."),
        ("a.csv", b"id,title\n1,\x81\xff\x8d\n", "neither in UTF-8 nor in Windows-1252"),
        ("a.csv", "id,title\n1,a\n2,b,c\n", "Row 3 of a.csv has more cells than the heading."),
        ("a.csv", "id,title,id\n1,a,2\n", "a.csv has several columns named \u201cid\u201d."),
        ("a.json", '[{"id": 1},', "a.json is not valid JSON"),
        ("a.json", '[{"id": 1}, 7]', "Row 2 of a.json is a single value"),
        ("a.jsonl", '{"id": 1}\n{"id": 2\n', "Row 2 of a.jsonl is not valid JSON"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(read, name, content, sentence):
    with pytest.raises(UnreadableFile, match=sentence.replace(".", r"\.")):
        read(name, content)


def test_a_missing_file_a_folder_and_a_cut_one(put, app, tmp_path):
    with scratch_database() as scratch:
        with pytest.raises(UnreadableFile, match=r"nothing\.csv cannot be read: No such file"):
            read_file(tmp_path / "nothing.csv", scratch, "t")
        with pytest.raises(UnreadableFile, match="cannot be read: Is a directory"):
            read_file(tmp_path, scratch, "t")
        with pytest.raises(UnreadableFile, match="cut off"):
            read_file(put("a.csv", gzip.compress(text_of(",").encode() * 50)[:-12]), scratch, "t")
        damaged = bytearray(gzip.compress(text_of(",").encode()))
        damaged[15] ^= 0xFF
        with pytest.raises(UnreadableFile, match="compression"):
            read_file(put("b.csv", bytes(damaged)), scratch, "t")


def test_the_scratch_database_is_gone_afterwards(put, app):
    with scratch_database() as scratch:
        place = scratch.execute("PRAGMA database_list").fetchone()[2]
        read_file(put("a.csv", text_of(",")), scratch, "t")
    with pytest.raises(FileNotFoundError):
        open(place).close()


@pytest.mark.parametrize("around", [{}, {"count": 2, "next": None}])
@pytest.mark.parametrize("name", ["ideas", "proposals"])
def test_the_one_list_inside_an_object_is_read(read, name, around):
    sheet = read("a.json", json.dumps({**around, name: ROWS}, indent=2))
    assert (sheet.count, sheet.format) == (len(ROWS), "JSON")


def test_one_idea_with_a_list_of_its_own_stays_one_idea(read):
    assert read("one.json", '{"id": 1, "title": "One", "tags": [{"name": "a"}]}').count == 1
    assert read("two.json", '{"a": [{"x": 1}], "b": [{"x": 1}]}').count == 1
