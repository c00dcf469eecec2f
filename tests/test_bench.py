import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from courses.learning.models import CourseProgress
from lms.audit.services import record
from lms.ledger.services.posting import post_entry
from tests import factory
from tests.courses.learning.films import make_film_course
from tests.lms.ledger.test_posting import claim

pytestmark = pytest.mark.django_db


def test_every_figure_says_how_it_was_measured(access, rules, design, districts, settings, tmp_path):
    settings.CHAIN_HEADS_FILE = tmp_path / "heads.jsonl"
    officer = factory.make_officer(districts["XH-01"], password=factory.PASSWORD)
    post_entry(officer, claim())
    record("people.test", actor="甲", target=officer)
    make_film_course()
    out = StringIO()
    call_command("bench", "--json", "--certificates", "4", stdout=out)
    figures = json.loads(out.getvalue())
    assert {"figure", "value", "unit", "n", "machine", "ceiling", "ratio"} == set(figures[0])
    assert {one["figure"] for one in figures} >= {
        "today_in_process", "login_cpu", "course_page_cpu", "film_js_gzipped", "span_message_cpu",
        "certificates_signed_by_2_processes",
    }  # fmt: skip
    assert not CourseProgress.objects.exists()


def test_asks_for_a_seeded_city(db):
    with pytest.raises(CommandError):
        call_command("bench")
