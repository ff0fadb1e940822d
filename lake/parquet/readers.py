"""Reads each Parquet file of a folder with pyarrow and with polars, and prints their values as JSON, in our columns' units."""
import json
import math
import sys
from pathlib import Path

import polars
import pyarrow
import pyarrow.parquet


def plain(column):
    kind = column.type
    if pyarrow.types.is_decimal(kind):
        return [None if value is None else f'{value:.6f}' for value in column.to_pylist()]
    if pyarrow.types.is_date(kind):
        column = column.cast(pyarrow.int32())
    if pyarrow.types.is_timestamp(kind):
        column = column.cast(pyarrow.int64())
    if pyarrow.types.is_floating(kind):
        return [None if value is None else 'nan' if math.isnan(value) else value.hex() for value in column.to_pylist()]
    return [value if value is None or isinstance(value, (bool, str)) else str(value) for value in column.to_pylist()]


def columns(table):
    return [plain(column.combine_chunks()) for column in table.columns]


found = {}
for file in sorted(Path(sys.argv[1]).glob('*.parquet')):
    found[file.stem] = {
        'pyarrow': columns(pyarrow.parquet.read_table(file, page_checksum_verification=True)),
        'polars': columns(polars.read_parquet(file).to_arrow()),
    }
json.dump(found, sys.stdout)
