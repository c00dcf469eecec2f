"""Whether everything a request may need is there."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from kombu import Connection
from kombu.exceptions import OperationalError

from lms.certificates.glyphs import BOLD, EVERYDAY, REGULAR

FONTS = (REGULAR, BOLD, EVERYDAY + REGULAR, EVERYDAY + BOLD)


def checks() -> dict[str, str]:
    """Each need by name: "ok", or in Chinese what is wrong."""
    return {"database": _database(), "migrations": _migrations(), "broker": _broker(), "fonts": _fonts()}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "数据库连不上"
    return "ok"


def _migrations() -> str:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "数据库连不上"
    return "ok" if not plan else f"还有{len(plan)}个迁移没有执行"


def _broker() -> str:
    try:
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return "消息队列连不上"
    return "ok"


def _fonts() -> str:
    missing = [name for name in FONTS if not (settings.BASE_DIR / "static" / "vendor" / "fonts" / name).exists()]
    return "ok" if not missing else f"缺少字体{'、'.join(missing)}"
