"""Statements of the pages and messages that thousands ask for in the same minute.

Writing SQL from a queryset costs more than running it: half of such a page's processor time. Here it is written once for
each process and prepared once for each connection.
"""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import QuerySet
from django.db.models.query import get_related_populators
from psycopg import Cursor, OperationalError, RawCursor

# What a queryset is built with in place of the values of each call.
FIRST_MARK = -2_000_000_000


def execute(sql: str, values: list, cursor_class: type[Cursor] = RawCursor) -> list[tuple]:
    """Run one prepared statement ($1, $2 …) on this thread's connection, without Django's check before each use of it.

    A connection that died since its last use is replaced once.
    """
    is_fresh = connection.connection is None
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": "0.000"})  # who counts queries counts these
    try:
        return _execute(sql, values, cursor_class)
    except OperationalError:
        if is_fresh or connection.in_atomic_block:
            raise
    connection.close()
    connection.ensure_connection()
    return _execute(sql, values, cursor_class)


def _execute(sql: str, values: list, cursor_class: type[Cursor]) -> list[tuple]:
    with cursor_class(connection.connection) as cursor:
        return cursor.execute(sql.encode(), values, prepare=True).fetchall()


class Prepared:
    """A queryset of whole numbers (keys) whose SQL is written at its first use: `Prepared(build)(*keys)` lists its rows.

    `build` gets a mark for each key, and must use each as it is. It may end in `values_list`, not in a slice by key.
    """

    def __init__(self, build: Callable[..., QuerySet]):
        self.build = build

    def __call__(self, *keys: int) -> list[Any]:
        queryset, compiler, sql, params = self._written
        values = [keys[one - FIRST_MARK] if _is_mark(one) else one for one in params]
        rows = compiler.results_iter([execute(sql, values, Cursor)], tuple_expected=True)
        return list(rows) if queryset._fields is not None else _instances(compiler, rows)

    def first(self, *keys: int) -> Any:
        return next(iter(self(*keys)), None)

    @cached_property
    def _written(self):
        count = self.build.__code__.co_argcount
        queryset = self.build(*range(FIRST_MARK, FIRST_MARK + count))
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        assert {one for one in params if _is_mark(one)} == set(range(FIRST_MARK, FIRST_MARK + count)), "a mark is lost"
        assert not any(isinstance(one, date) for one in params), "a day written once would stay that day; use Now()"
        return queryset, compiler, sql, params


def _is_mark(value) -> bool:
    return type(value) is int and value < FIRST_MARK + 100


def _instances(compiler, rows) -> list[Any]:
    """As `ModelIterable` makes them."""
    info = compiler.klass_info
    start, end = info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in compiler.select[start:end]]
    populators = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
    found = []
    for row in rows:
        instance = info["model"].from_db(DEFAULT_DB_ALIAS, names, row[start:end])
        for populator in populators:
            populator.populate(row, instance)
        for name, place in compiler.annotation_col_map.items():
            setattr(instance, name, row[place])
        found.append(instance)
    return found
