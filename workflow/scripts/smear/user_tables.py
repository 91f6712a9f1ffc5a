"""Tables that the user gives: read as text, with one sentence for each way in which they cannot be read."""

import csv
from collections import Counter
from pathlib import Path

import pandas as pd

from smear.job import UserError, list_some, show_name, show_path

SEPARATORS = (",", ";", "\t")


def read_user_table(path: str | Path, key: str, needs: str) -> pd.DataFrame:
    """A CSV file in UTF-8, all values text without blanks around them, empty ones None, and names of columns likewise.

    Values are separated by commas, or by semicolons or tabs where the first line has no comma. key: the key of the
    configuration that names the file, and needs: what it should hold, for messages. Errors: a UserError for what is no
    such file.
    """
    shown = show_path(path)
    if not Path(path).is_file():
        problem = "is a folder" if Path(path).is_dir() else "does not exist"
        raise UserError(f"{key}: {shown} {problem}; give a CSV file with {needs}.")
    try:
        # Patients 1.1 and 1.10 are two, as are 1 and 01.
        separator, names = read_header(path)
        table = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, na_values=[""], index_col=False)
    except (UnicodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise UserError(f"{key}: {shown} is no CSV file in UTF-8 ({show_name(error, 100)}).") from error
    except OSError as error:
        raise UserError(f"{key}: {shown} cannot be read ({error.strerror}).") from error
    if twice := sorted(name for name, count in Counter(names).items() if count > 1 and name):
        raise UserError(f"{key}: {shown} has the column {list_some(twice)} twice; rename or remove one.")
    table.columns = [str(name).strip() for name in table.columns]
    return table.apply(lambda column: column.str.strip()).replace("", None).astype(object)


def read_header(path: str | Path) -> tuple[str, list[str]]:
    """What stands between the values of a file, and the names of its columns, from the first line."""
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
    separator = next((mark for mark in SEPARATORS if mark in first), ",")
    return separator, [name.strip() for name in next(csv.reader([first], delimiter=separator), [])]


def find_empty(column: pd.Series) -> int | None:
    """The line of the first empty value of a column, as an editor counts lines where no value has a line break."""
    empty = column.index[column.isna()]
    return int(empty[0]) + 2 if len(empty) else None
