"""The databases that could answer a search instead: the same filter and ranking in SQL, on the same numbers.

Each rival gets every advantage: numbers worked out before, prepared statements, a table of its own in memory, and only
ids to give back, with the number of all that was found.
"""

import math
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import psycopg

from bench import place
from bench.run import Bar
from handrail.core.columns import EPOCH, Columns, degrees_of
from handrail.core.gathering import NOWHERE
from handrail.core.match import EARTH_MILES, Offer, point, reach
from handrail.core.needs import KINDS, MUSTS, PAYERS, Needs

SHOWN = 20
POSTGIS_METERS = 6371008.771415059  # the earth's radius, as PostGIS has it for a sphere
_PAYER = {key: len(KINDS) + number for number, key in enumerate(PAYERS)}
_FIELDS = ("num", "lat", "lon", "x", "y", "z", "yes1", "no1", "yes2", "no2", "until", "turn")
_CREATE = (
    "CREATE TABLE place (num integer PRIMARY KEY, lat {real}, lon {real}, x {real}, y {real}, z {real},"
    " yes1 integer, no1 integer, yes2 integer, no2 integer, until integer, turn integer)"
)


Answer = tuple[list[str], int]  # the ids of the first places, and how many there are in all


@dataclass(frozen=True)
class Rival:
    """One way to ask a database, what it is called, and the bar against it."""

    name: str
    answer: Callable[[Needs], Answer]
    bar: Bar | None = None


@contextmanager
def opened(columns: Columns, offers: Sequence[Offer], now: datetime) -> Iterator[list[Rival]]:
    """The rivals that this machine has, filled with the columns' rows."""
    seconds = math.ceil((now - EPOCH).total_seconds())
    table = list(_table(columns))
    names = [offer.program_id for offer in offers]
    with ExitStack() as stack:
        rivals = [_rtree(table, names, seconds)]
        url = place.postgres_url()
        if url is None:
            print("find beside PostgreSQL: not measured, no server answers", file=sys.stderr)
        else:
            line = stack.enter_context(_postgres(stack, url, table))
            rivals.append(_boxed(line, names, seconds))
            rivals += _postgis(line, names, seconds)
        yield rivals


def _table(columns: Columns) -> Iterator[tuple[Any, ...]]:
    """The rows of the columns as a database would hold them."""
    kinds, musts = columns.kind_words.tolist(), columns.must_words.tolist()
    for row in range(columns.placed):
        at = columns.point_of(row) or NOWHERE
        one, two = int(columns.kinds[row]), int(columns.musts[row])
        words = kinds[0][one], kinds[1][one], musts[0][two], musts[1][two]
        yield row, *degrees_of(at), *at, *words, int(columns.until[row]), int(columns.turns[row])


# --- the rule in SQL ----------------------------------------------------------------------------
@dataclass(frozen=True)
class _Dialect:
    """How one kind of database asks whether a place says yes or no to something, and what is left in."""

    says: Callable[[str, int, int], str]
    musts_fit: Callable[[Sequence[int]], str]
    kinds_fit: Callable[[Sequence[int]], str]
    box: str
    mark: Callable[[str], str]
    far: str
    inside: str
    tenths: str


def _statement(needs: Needs, dialect: _Dialect, source: str) -> str:
    """The whole search for needs of this shape; the place and the time are parameters."""
    kinds = [list(KINDS).index(key) for key in needs.kinds]
    musts = [list(MUSTS).index(key) for key in needs.must]
    says, mark = dialect.says, dialect.mark
    unknown = [_flag(f"NOT {says('yes', 2, bit)}") for bit in musts]
    if kinds:
        unknown.append(_flag(" AND ".join(f"NOT {says('yes', 1, bit)}" for bit in kinds)))
    first = []
    if needs.payer:
        yes, no = says("yes", 1, _PAYER[needs.payer]), says("no", 1, _PAYER[needs.payer])
        unknown.append(_flag(f"NOT {yes} AND NOT {no}"))
        first.append(_flag(no))
    if needs.for_opioids:
        none = _flag(f"NOT {says('yes', 1, list(KINDS).index('medicine'))}")
        first.append(f"{none} + {_flag(says('yes', 1, len(KINDS) + len(PAYERS)))}")
    slow = _flag(says("yes", 2, len(MUSTS)))
    order = [*first, _flag(f"until < {mark('now')}"), " + ".join(unknown) or "0", slow]
    fits = [dialect.box, *([dialect.musts_fit(musts)] if musts else []), *([dialect.kinds_fit(kinds)] if kinds else [])]
    named = ", ".join(f"{sql} AS o{number}" for number, sql in enumerate(order) if sql != "0")
    sorted_by = ", ".join(f"o{number}" for number, sql in enumerate(order) if sql != "0")
    return (
        f"SELECT num, count(*) OVER () FROM (SELECT num, turn, {named}, {dialect.far} AS far"
        f" FROM {source} WHERE {' AND '.join(fits)}) AS near WHERE {dialect.inside}"
        f" ORDER BY {sorted_by}, round({dialect.tenths}), turn LIMIT {SHOWN}"
    )


def _flag(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1 ELSE 0 END"


def _bit(word: str, family: int, bit: int) -> str:
    return f"({word}{family} & {1 << bit}) <> 0"


def _masks(box: str, mark: Callable[[str], str]) -> _Dialect:
    def musts_fit(bits: Sequence[int]) -> str:
        return f"(no2 & {sum(1 << bit for bit in bits)}) = 0"

    def kinds_fit(bits: Sequence[int]) -> str:
        picked = sum(1 << bit for bit in bits)
        return f"(no1 & {picked}) <> {picked}"

    far = " + ".join(f"({axis} - {mark(axis)}) * ({axis} - {mark(axis)})" for axis in "xyz")
    tenths = f"{20 * EARTH_MILES!r} * asin(sqrt(far) / 2)"
    return _Dialect(_bit, musts_fit, kinds_fit, box, mark, far, f"far <= {mark('reach')}", tenths)


def _where(needs: Needs, seconds: int) -> dict[str, Any]:
    """The parameters of one search: the box, the point, the reach and the time."""
    latitude, longitude, miles = needs.latitude or 0.0, needs.longitude or 0.0, needs.miles or 0.0
    tall = math.degrees(miles / EARTH_MILES) + 1e-6
    wide = math.degrees(math.asin(math.sin(math.radians(tall)) / math.cos(math.radians(latitude)))) + 1e-6
    x, y, z = point(latitude, longitude)
    return {
        "south": latitude - tall, "north": latitude + tall, "west": longitude - wide, "east": longitude + wide,
        "x": x, "y": y, "z": z, "reach": reach(miles), "now": seconds,
        "latitude": latitude, "longitude": longitude, "meters": miles * POSTGIS_METERS / EARTH_MILES,
    }  # fmt: skip


# --- SQLite -------------------------------------------------------------------------------------
def _rtree(table: list[tuple[Any, ...]], names: Sequence[str], seconds: int) -> Rival:
    line = sqlite3.connect(":memory:")
    line.execute(_CREATE.format(real="real"))
    line.executemany(f"INSERT INTO place VALUES ({', '.join('?' * len(_FIELDS))})", table)
    line.execute("CREATE VIRTUAL TABLE box USING rtree (id, south, north, west, east)")
    line.executemany("INSERT INTO box VALUES (?, ?, ?, ?, ?)", ((r[0], r[1], r[1], r[2], r[2]) for r in table))
    # No ANALYZE: with its numbers SQLite puts a Bloom filter over the whole table before each search, and takes 6 ms.
    dialect = _masks(
        "south <= :north AND north >= :south AND west <= :east AND east >= :west AND num = box.id",
        lambda name: f":{name}",
    )

    def run(sql: str, values: dict[str, Any]) -> list[tuple[int, int]]:
        return line.execute(sql, values).fetchall()

    # CROSS JOIN tells SQLite to begin with the tree.
    return Rival("SQLite R*Tree", _asker(dialect, "box CROSS JOIN place", run, names, seconds))


def _asker(
    dialect: _Dialect,
    source: str,
    run: Callable[[str, dict[str, Any]], list[tuple[int, int]]],
    names: Sequence[str],
    seconds: int,
) -> Callable[[Needs], Answer]:
    """A call that answers one question. The words of a statement are made once for needs of one shape."""

    @cache
    def statement(kinds: tuple[str, ...], payer: str, must: tuple[str, ...], for_opioids: bool) -> str:
        return _statement(Needs(kinds=kinds, payer=payer, must=must, for_opioids=for_opioids), dialect, source)

    def answer(needs: Needs) -> Answer:
        sql = statement(needs.kinds, needs.payer, needs.must, needs.for_opioids)
        found = run(sql, _where(needs, seconds))
        return [names[row] for row, _total in found], found[0][1] if found else 0

    return answer


# --- PostgreSQL ---------------------------------------------------------------------------------
@contextmanager
def _postgres(stack: ExitStack, url: str, table: list[tuple[Any, ...]]) -> Iterator[psycopg.Connection[Any]]:
    own = stack.enter_context(place.database(url, "handrail_bench_find"))
    with psycopg.connect(own, autocommit=True, prepare_threshold=0) as line:
        line.execute(_CREATE.format(real="double precision"))
        with line.cursor().copy("COPY place FROM STDIN") as copy:
            for row in table:
                copy.write_row(row)
        line.execute("SET jit = off")  # it only costs on searches this small
        yield line


def _run_on(line: psycopg.Connection[Any]) -> Callable[[str, dict[str, Any]], list[tuple[int, int]]]:
    cursor = line.cursor(binary=True)

    def run(sql: str, values: dict[str, Any]) -> list[tuple[int, int]]:
        return cursor.execute(sql, values, prepare=True).fetchall()

    return run


def _typed(name: str) -> str:
    return f"%({name})s::{'integer' if name == 'now' else 'double precision'}"


def _boxed(line: psycopg.Connection[Any], names: Sequence[str], seconds: int) -> Rival:
    """The best plan we know: everything in one covering index, so that the table is not touched."""
    rest = ", ".join(field for field in _FIELDS if field not in ("lat", "lon"))
    line.execute(f"CREATE INDEX place_box ON place (lat, lon) INCLUDE ({rest})")
    line.execute("VACUUM ANALYZE place")
    box = f"lat BETWEEN {_typed('south')} AND {_typed('north')} AND lon BETWEEN {_typed('west')} AND {_typed('east')}"
    answer = _asker(_masks(box, _typed), "place", _run_on(line), names, seconds)
    return Rival("PostgreSQL, covering btree box and bit masks", answer, Bar(">=", 4))


def _postgis(line: psycopg.Connection[Any], names: Sequence[str], seconds: int) -> list[Rival]:
    """GiST on the point, GIN on what a place does not say no to, and arrays of what it says yes and no to.

    Asked in two ways: as an application on Django asks, which plans each search anew, and prepared.
    """
    try:
        line.execute("CREATE EXTENSION postgis")
    except psycopg.Error as error:
        print(f"find beside PostGIS: not measured, {str(error).splitlines()[0]}", file=sys.stderr)
        return []
    line.execute("CREATE TABLE spot AS SELECT *, geography(ST_SetSRID(ST_MakePoint(lon, lat), 4326)) AS at FROM place")
    for word in ("yes", "no"):
        line.execute(f"ALTER TABLE spot ADD {word} integer[]")
        line.execute(f"UPDATE spot SET {word} = {_array(f'{word}1', f'{word}2')}")
    line.execute("ALTER TABLE spot ADD may integer[]")
    line.execute(f"UPDATE spot SET may = {_array('~no1', '~no2')}")
    line.execute("CREATE INDEX spot_at ON spot USING gist (at)")
    line.execute("CREATE INDEX spot_may ON spot USING gin (may)")
    line.execute("VACUUM FULL ANALYZE spot")

    def listed(bits: Sequence[int], family: int) -> str:
        return f"ARRAY[{', '.join(str(100 * family + bit) for bit in bits)}]"

    here = f"geography(ST_SetSRID(ST_MakePoint({_typed('longitude')}, {_typed('latitude')}), 4326))"
    dialect = _Dialect(
        says=lambda word, family, bit: f"{word} @> {listed([bit], family)}",
        musts_fit=lambda bits: f"may @> {listed(bits, 2)}",
        kinds_fit=lambda bits: f"may && {listed(bits, 1)}",
        box=f"ST_DWithin(at, {here}, {_typed('meters')}, false)",
        mark=_typed,
        far=f"ST_Distance(at, {here}, false)",
        inside="true",
        tenths=f"far * {10 * EARTH_MILES / POSTGIS_METERS!r}",
    )
    plain = psycopg.ClientCursor(line)

    def run(sql: str, values: dict[str, Any]) -> list[tuple[int, int]]:
        return plain.execute(sql, values).fetchall()

    return [
        Rival("PostGIS + GIN", _asker(dialect, "spot", run, names, seconds), Bar(">=", 20)),
        Rival("PostGIS + GIN, prepared", _asker(dialect, "spot", _run_on(line), names, seconds)),
    ]


def _array(one: str, two: str) -> str:
    """The numbers of the bits of both words, the second family from 200."""
    families = ((1, one, len(KINDS) + len(PAYERS) + 1), (2, two, len(MUSTS) + 1))
    parts = [
        f"ARRAY(SELECT {100 * family} + bit FROM generate_series(0, {count - 1}) AS bit WHERE ({word} >> bit) & 1 = 1)"
        for family, word, count in families
    ]
    return " || ".join(parts)
