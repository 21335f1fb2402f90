"""Rows to typed Arrow tables and Parquet files: the one door to pyarrow.

The bytes are a function of the rows and of pyarrow's version: every writer option that matters is fixed here.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from auditor.report.rows import Row
from auditor.report.schema import Column, Table, Type, tables

_TYPES: dict[Type, pa.DataType] = {
    "text": pa.string(),
    "list": pa.list_(pa.string()),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
}


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a table; each field carries its title and meaning in both languages."""
    return pa.schema([_field(table, column) for column in table.columns], metadata={"ja": table.ja, "en": table.en})


def _field(table: Table, column: Column) -> pa.Field:
    about = {"ja": column.ja, "en": column.en, "about_ja": column.about_ja, "about_en": column.about_en}
    return pa.field(column.name, _TYPES[column.type], metadata=about)


def arrow_table(table: Table, rows: list[Row]) -> pa.Table:
    """The rows as an Arrow table; a row must have the schema's columns, no more and no fewer."""
    names = [column.name for column in table.columns]
    for row in rows:
        if list(row) != names:
            raise ValueError(f"{table.name}: columns {list(row)} are not {names}")
    return pa.Table.from_pylist(rows, schema=arrow_schema(table))


def write_parquet(rows: dict[str, list[Row]], folder: Path) -> list[Path]:
    """Write every table as `<name>.parquet`; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in tables():
        path = folder / f"{table.name}.parquet"
        pq.write_table(
            arrow_table(table, rows[table.name]),
            path,
            version="2.6",
            data_page_version="1.0",
            compression="zstd",
            compression_level=3,
            use_dictionary=True,
            write_statistics=True,
            row_group_size=65536,
            store_schema=True,
        )
        written.append(path)
    return written
