"""The rows of a file that a platform of participation exported, one after the other.

A `.csv` file is UTF-8, with or without a byte order mark; its first row names the columns;
cells are parted by `;` or `,`, as its first row is, and may be quoted and hold line breaks. A
`.jsonl` file holds one object a line, whose values are strings, whole numbers or null:

    Id;Contenu                        {"Id": 112, "Contenu": "De l’ombre !"}
    112;"De l’ombre,
    vite !"

Only the row at hand is in memory. Cells are trimmed and brought into the form that a register
keeps (Unicode NFC, line feeds, a space for each tab); an empty cell is left out. What is read
is never a formula, a path or an address: it is text.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple
from unicodedata import normalize

from ledger.errors import LedgerError, MalformedError, UncheckedError

LONGEST = 1 << 20
"""Bytes of the longest line."""


class Row(NamedTuple):
    """One row, by the names of its columns, and the line it begins on, from 1."""

    line: int
    cells: Mapping[str, str]


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a file; those without any cell are passed over.

    Args:
        columns: Which of them are wanted; each stands in the first row of a `.csv` file.

    Raises:
        MalformedError: `where` names file and line; `bad_request` for another sort of file.
        UncheckedError: `unreadable`.
    """
    read = {".csv": _csv, ".jsonl": _jsonl}.get(path.suffix.lower())
    if read is None:
        raise MalformedError("bad_request", "give a .csv or .jsonl file", where=path.name)
    try:
        with path.open("rb") as file:
            for row in read(file, columns, path.name):
                if row.cells:
                    yield row
    except OSError as error:
        raise UncheckedError("unreadable", f"{path.name}: {error.strerror}") from error


def at_line(name: str, line: int) -> str:
    """How a place in a file is named."""
    return f"{name} line {line}"


def _csv(file: IO[bytes], columns: Sequence[str], name: str) -> Iterator[Row]:
    lines = _lines(file, name)
    first = next(lines, "")
    try:
        split = [next(csv.reader([first], delimiter=d, strict=True), []) for d in ";,"]
    except csv.Error as error:
        raise MalformedError("bad_request", str(error), where=at_line(name, 1)) from error
    header = [cell.strip() for cell in max(split, key=len)]
    for column in columns:
        if header.count(column) != 1:
            message = f"one column is called {column!r}: there are {', '.join(header)}"
            raise MalformedError("bad_request", message, where=at_line(name, 1))
    # Of equally many columns (one) either will do.
    delimiter = ";" if len(split[0]) >= len(split[1]) else ","
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 2
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise MalformedError(
                "bad_request", str(error), where=at_line(name, line)
            ) from error
        if row is None:
            return
        if row and len(row) != len(header):
            message = f"{len(row)} cells where the first row has {len(header)}"
            raise MalformedError("bad_request", message, where=at_line(name, line))
        yield Row(line, _cells(dict(zip(header, row, strict=False)), columns))


def _jsonl(file: IO[bytes], columns: Sequence[str], name: str) -> Iterator[Row]:
    for line, text in enumerate(_lines(file, name), 1):
        if not text.strip():
            continue
        try:
            value = json.loads(text)
            if not isinstance(value, dict):
                raise ValueError("a line is an object")
            cells = {column: _plain(value.get(column)) for column in columns}
        except (ValueError, RecursionError) as error:
            message = f"not an object of strings and numbers: {type(error).__name__}"
            raise MalformedError("not_json", message, where=at_line(name, line)) from error
        yield Row(line, _cells(cells, columns))


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    raise ValueError("a value is a string, a whole number or null")


def _cells(cells: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    found = {column: _kept(cells[column]) for column in columns if column in cells}
    return {column: text for column, text in found.items() if text}


def _kept(text: str) -> str:
    if not text.isprintable():
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = text.strip()
    return text if text.isascii() else normalize("NFC", text)


def _lines(file: IO[bytes], name: str) -> Iterator[str]:
    """Each line with its end; decoded one by one, so that a bad one is named."""
    number = 0
    while data := file.readline(LONGEST + 1):
        number += 1
        if len(data) > LONGEST:
            message = f"a line has at most {LONGEST} bytes"
            raise MalformedError("too_large", message, where=at_line(name, number))
        try:
            yield data.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            message = "not UTF-8: save the file as « CSV UTF-8 »"
            raise MalformedError("bad_text", message, where=at_line(name, number)) from error


def placed(error: LedgerError, name: str, line: int, rest: str) -> LedgerError:
    """The same error, said of a line."""
    return type(error)(error.code, error.message, where=f"{at_line(name, line)} {rest}".strip())
