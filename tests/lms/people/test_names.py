"""What may stand in a name, and how names sort."""

import pytest
from django.core.exceptions import ValidationError

from lms.people.names import clean_name, name_pinyin, validate_name


@pytest.mark.parametrize(
    "name",
    [
        "㛃", "䶮", "𠮷野", "\U0002ebf0", "\U00030000", "\U00031350", "\U000323b0", "\u3007", "\uf9ff", "葛\U000e0100城",
        "买买提·艾力", "Müller", "张" * 50, "测试员·徐汇·0173", "欧阳 兰",
    ],
)  # fmt: skip
def test_names_that_people_have(name):
    validate_name(name)
    assert clean_name(name) == name


@pytest.mark.parametrize("dot", "\u0387\u2022\u2024\u2027\u2219\u22c5\u2e31\u30fb\uff0e\uff65")
def test_look_alike_dots_become_one(dot):
    assert clean_name(f"买买提{dot}艾力") == "买买提·艾力"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "blank_name"),
        (" \u3000", "blank_name"),
        ("张\u200b三", "bad_character"),
        ("\ufeff张三", "bad_character"),
        ("\u202e三张", "bad_character"),
        ("张\0三", "bad_character"),
        ("张\u3000三", "bad_character"),
        ("张×三", "bad_character"),
        ("張\U0002ffff", "bad_character"),
        ("\U000e0100张", "bad_character"),
        ("张\ud83d", "bad_character"),
        ("张\ue78d", "private_use"),
        ("张\U000f0000", "private_use"),
        ("张\U00100000", "private_use"),
        ("·", "no_letter"),
        ("0173", "no_letter"),
    ],
)
def test_what_no_name_has(name, code):
    with pytest.raises(ValidationError) as refusal:
        validate_name(name)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("区小明", "ou xiao ming"),
        ("单于", "chan yu"),
        ("单小明", "shan xiao ming"),
        ("尉迟恭", "yu chi gong"),
        ("买买提·艾力", "mai mai ti ai li"),
        ("测试员·徐汇·0173", "ce shi yuan xu hui 0173"),
        ("葛\U000e0100城", "ge cheng"),
        ("㛃", "jie"),
        ("欧阳\U0002ebf0", "ou yang \U0002ebf0"),
    ],
)
def test_sorting_key(name, key):
    assert name_pinyin(name) == key
