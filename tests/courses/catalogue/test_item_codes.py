import json
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from courses.catalogue.models import ItemCode
from lms.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(tmp_path):
    def write(*rows):
        path = tmp_path / "items.csv"
        path.write_text("\n".join(["事项代码,事项名称,执法领域", *rows]), encoding="utf-8")
        return path

    return write


def run(path, *options) -> dict:
    out = StringIO()
    with suppress(CommandError):
        call_command("import_item_codes", path, "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def test_428_items(sheet):
    path = sheet(*(f"事项-{number:03d},某事项{number},市容" for number in range(1, 429)))
    assert run(path)["added"] == ItemCode.objects.count() == 428
    assert run(path) == {"added": 0, "changed": 0, "unchanged": 428, "dry_run": False}


def test_a_dry_run_writes_nothing(sheet):
    assert run(sheet("事项-001,某事项,"), "--dry-run")["added"] == 1
    assert not ItemCode.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_new_name_is_taken_over(sheet):
    run(sheet("事项-001,旧名,"))
    assert run(sheet("事项-001,新名,市容"))["changed"] == 1
    assert ItemCode.objects.get().name == "新名"


def test_all_or_nothing(sheet):
    found = run(sheet("事项-001,好的,", "事项-002,,", "事项-001,重复,", f"{'长' * 31},名,"))
    assert [(one["row"], one["code"]) for one in found["problems"]] == [(3, "blank"), (4, "duplicate"), (5, "too_long")]
    assert not ItemCode.objects.exists()


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(CommandError):
        call_command("import_item_codes", tmp_path / "none.csv")
