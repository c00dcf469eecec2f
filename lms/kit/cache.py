"""Django's cache in the database without its counting: that reads the whole table at every write."""

import base64
import pickle
from datetime import UTC, datetime

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import DatabaseError
from django.utils import timezone
from psycopg import Error

from lms.kit.prepared import execute

_INSERT = 'INSERT INTO "{table}" AS kept (cache_key, value, expires) VALUES ($1::text, $2::text, $3::timestamptz)'
_AGAIN = " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
_STATEMENTS = {
    "get": 'SELECT value FROM "{table}" WHERE cache_key = $1::text AND expires > $2::timestamptz',
    "delete": 'DELETE FROM "{table}" WHERE cache_key = $1::text RETURNING true',
    "prune": 'DELETE FROM "{table}" WHERE expires < $1::timestamptz RETURNING true',
    "set": f"{_INSERT}{_AGAIN} RETURNING true",
    "add": f"{_INSERT}{_AGAIN} WHERE kept.expires < $4::timestamptz RETURNING true",
}


class CountlessCache(DatabaseCache):
    """One prepared statement for each reading and writing. What has expired is cleared away once a day by `prune_cache`."""

    def get(self, key, default=None, version=None):
        rows = self._execute("get", self.make_and_validate_key(key, version), timezone.now())
        return pickle.loads(base64.b64decode(rows[0][0])) if rows else default  # noqa: S301 - what this class wrote

    def delete(self, key, version=None):
        return bool(self._execute("delete", self.make_and_validate_key(key, version)))

    def _base_set(self, mode, key, value, timeout=DEFAULT_TIMEOUT):
        if mode not in ("set", "add"):
            return super()._base_set(mode, key, value, timeout)
        until = self.get_backend_timeout(timeout)
        expires = datetime.max.replace(tzinfo=UTC) if until is None else datetime.fromtimestamp(until, tz=UTC)
        text = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode()
        values = [key, text, expires, timezone.now()][: 4 if mode == "add" else 3]
        try:
            return bool(self._execute(mode, *values))
        except (DatabaseError, Error):
            return False

    def prune(self) -> None:
        """Forget what has expired."""
        self._execute("prune", timezone.now())

    def _execute(self, what: str, *values):
        return execute(_STATEMENTS[what].format(table=self._table), list(values))
