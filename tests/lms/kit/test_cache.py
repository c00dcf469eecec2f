from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_cache")
        return cursor.fetchone()[0]


def test_set_overwrites_and_lasts_its_time():
    with time_machine.travel(NOON, tick=False):
        cache.set("a", [1], 60)
        cache.set("a", [2], 60)
        assert cache.get("a") == [2]
    with time_machine.travel(NOON + timedelta(minutes=2), tick=False):
        assert cache.get("a") is None


def test_add_takes_only_what_is_free():
    with time_machine.travel(NOON, tick=False):
        assert cache.add("lock", 1, 10)
        assert not cache.add("lock", 2, 10)
        assert cache.get("lock") == 1
    with time_machine.travel(NOON + timedelta(seconds=11), tick=False):
        assert cache.add("lock", 3, 10)
        assert cache.get("lock") == 3


def test_without_end():
    cache.set("forever", "x", None)
    assert cache.get("forever") == "x"


def test_what_has_expired_is_cleared_away():
    cache.clear()
    with time_machine.travel(NOON, tick=False):
        cache.set("short", 1, 60)
        cache.set("long", 1, 86_400)
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        call_command("prune_cache")
        assert rows() == 1
        assert cache.get("long") == 1


def test_a_write_is_one_statement_and_counts_nothing(django_assert_num_queries):
    with django_assert_num_queries(2):
        cache.set("a", 1, 60)
        cache.add("b", 1, 60)


def test_what_is_not_there_and_what_is_taken_away():
    assert cache.get("nothing", 7) == 7
    cache.set("a", {"b": 1}, 60, version=2)
    assert (cache.get("a"), cache.get("a", version=2)) == (None, {"b": 1})
    assert cache.delete("a", version=2)
    assert not cache.delete("a", version=2)
