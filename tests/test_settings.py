"""What a real installation is told: clean by Django's own check, clear about what is missing, silent about people."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NEEDED = {
    "SECRET_KEY": "pk3-" + "9fQ2mZ7xW1cV8bN4" * 4,
    "ALLOWED_HOSTS": "xuetang.example.gov.cn",
    "DATABASE_URL": "postgres://lms@127.0.0.1:1/lms",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
SHOUT = (
    "import structlog; from django.test import Client; log = structlog.get_logger('lms.people');"
    "log.info('something_happened', count=2);"
    "Client(headers={'host': 'xuetang.example.gov.cn'}).get('/healthz?q=测试员', secure=True)"
)


def manage(*words, **environment):
    own = {name: value for name, value in os.environ.items() if name not in NEEDED and not name.startswith("DJANGO_")}
    command = [sys.executable, "manage.py", *words, "--settings", "lms.settings.production"]
    return subprocess.run(
        command, cwd=ROOT, env={**own, **environment}, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_deployment_check_is_clean():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **NEEDED)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


@pytest.mark.parametrize("missing", NEEDED)
def test_a_missing_variable_is_named(missing):
    given = {name: value for name, value in NEEDED.items() if name != missing}
    result = manage("check", **given)
    assert result.returncode != 0
    assert missing in result.stderr.splitlines()[-1]


def test_a_log_line_is_json_on_stdout_with_the_request_and_without_the_person():
    result = manage("shell", "--no-imports", "-c", SHOUT, **NEEDED)
    lines = [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
    assert [line["event"] for line in lines] == ["something_happened", "request_finished"], result.stderr
    assert lines[0]["level"] == "info"
    assert lines[1]["request"] == "GET /healthz"
    assert lines[1]["request_id"]
    assert not {"ip", "user_id", "user_agent"} & lines[1].keys()
