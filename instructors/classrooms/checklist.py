"""The three grades as lists of items, out of a rule's formula. Each grade asks for the items of those below it too."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import ValidationError

# From the lowest up, each with the key of its list in the formula.
GRADES = {"BASIC": "basic", "INTERMEDIATE": "intermediate", "ADVANCED": "advanced"}
LABELS = {"BASIC": "基础级", "INTERMEDIATE": "中级", "ADVANCED": "高级", "": "未定级"}


@dataclass(frozen=True)
class Checklist:
    """{grade: what it asks for beyond the grade below}, from the lowest up."""

    added: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, formula: Mapping | None) -> "Checklist":
        texts = {item["key"]: item["value"] for item in (formula or {}).get("items", []) if item.get("type") == "text"}
        added = {
            grade: tuple(filter(None, (word.strip() for word in texts.get(key, "").split("、"))))
            for grade, key in GRADES.items()
        }
        if not all(added.values()):
            raise ValidationError("规则R30还没有三级条目清单，请联系市局教育培训处。", code="no_checklist")
        return cls(added)

    @cached_property
    def items(self) -> tuple[str, ...]:
        return tuple(item for items in self.added.values() for item in items)

    def grade(self, found: Collection[str]) -> str:
        """The highest of which, and of all below it, nothing is missing; "" for none."""
        reached = ""
        for grade, items in self.added.items():
            if not set(items) <= set(found):
                break
            reached = grade
        return reached

    def following(self, grade: str) -> str:
        """The next grade up; "" above the highest."""
        grades = [*self.added, ""]
        return grades[grades.index(grade) + 1] if grade else grades[0]

    def missing(self, found: Collection[str]) -> tuple[str, ...]:
        """What the next grade up still needs."""
        following = self.following(self.grade(found))
        return tuple(item for item in self.added.get(following, ()) if item not in found)
