"""The rules that come with the product: complete, valid, and sayable."""

import json

import pytest
from django.core.management import call_command

from lms.rules import wording
from lms.rules.management.commands.load_rules import DEFAULTS
from lms.rules.models import Rule, RuleVersion

ROWS = json.loads(DEFAULTS.read_text())["rules"]

pytestmark = pytest.mark.django_db


def test_all_forty_and_those_of_the_product(rules):
    assert list(Rule.objects.values_list("code", flat=True)) == [f"R{number:02d}" for number in range(55)]


def test_every_default_is_valid_and_in_words(rules):
    for version in RuleVersion.objects.select_related("rule"):
        version.full_clean()
        lines = wording.lines(version)
        assert lines
        assert all(lines)
        assert not any(sign in wording.words(version) for sign in "{}[]_'\"")


def test_every_default_is_marked_and_noted(rules):
    assert not RuleVersion.objects.filter(source_note="").exists()
    assert not RuleVersion.objects.filter(source="ASSUMPTION", is_confirmed=True).exists()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("R01", "60.00学时 24.0学分"),
        ("R02", "2.5学时折合1学分"),
        ("R05", "30分钟以上1学时；15至30分钟0.5学时；15分钟以下0.25学时；测验通过加0.5学时"),
        ("R07", "每半天记4学时"),
        ("R10", "每授课1学时记2学时；每年至多20学时"),
        ("R09", "记入学籍：是；只记录，不计任务"),
        ("R22", "在线学习不计时段，自22:00；在线学习不计时段，至06:00；每日至多8学时；每日在线网训至多3学时"),
        ("R34", "超过50,000元"),
    ],
)
def test_values_in_words(rules, code, words):
    assert wording.words(RuleVersion.objects.get(rule__code=code)) == words


def test_loading_again_changes_nothing(rules):
    before = list(RuleVersion.objects.values_list("pk", "number"))
    call_command("load_rules", verbosity=0)
    assert list(RuleVersion.objects.values_list("pk", "number")) == before


def test_difference_names_what_went_and_what_came(rules):
    old = RuleVersion.objects.get(rule__code="R02")
    new = RuleVersion(rule=old.rule, formula={"hours_per_credit": "2"}, caps=[])
    assert wording.difference(old, new) == [("−", "2.5学时折合1学分"), ("＋", "2学时折合1学分")]
    assert wording.difference(old, old) == []
