"""What a question says, written by hand: a form gives a content and is filled from one.

A form carries on what it has no place for (a part that stays where it is, a comment on a rare variant), as long as
the text it belonged to is still there.
"""

import re
from decimal import Decimal

from django import forms

from exams.bank.types import of

TEXT = forms.Textarea(attrs={"rows": 1})
LONG = forms.Textarea(attrs={"rows": 4})


class Percent(forms.DecimalField):
    def __init__(self, label: str, **kwargs):
        super().__init__(
            label=label,
            required=False,
            max_digits=8,
            decimal_places=4,
            min_value=-100,
            max_value=100,
            widget=forms.TextInput,
            **kwargs,
        )


def weight_of(percent: Decimal) -> str:
    return format((percent / 100).quantize(Decimal("0.00001")).normalize(), "f")


def percent_of(weight: str) -> Decimal:
    """Without an exponent, as people write it."""
    return Decimal(format((Decimal(weight) * 100).quantize(Decimal("0.001")).normalize(), "f"))


class WordingForm(forms.Form):
    """Subclasses name their kind, the columns of their rows, and how rows become parts of a content and back."""

    kind: str
    least_rows = 0
    columns: dict[str, forms.Field] = {}
    notes: dict[str, str] = {}
    hint = ""

    stem = forms.CharField(label="题干", widget=LONG, strip=True)
    feedback = forms.CharField(
        label="解析", widget=LONG, required=False, help_text="交卷后或练习时给考生看，写明条款。"
    )

    def __init__(self, data=None, *, was: dict | None = None, **kwargs):
        self.was = was or {}
        filled = self.rows_of(self.was) if self.was else []
        initial = {
            **self.told(self.was),
            **{f"{name}_{at}": row.get(name) for at, row in enumerate(filled) for name in row},
        }
        super().__init__(data, initial=initial, **kwargs)
        self.height = max(self.least_rows, len(filled) + (2 if self.columns and filled else 0))
        for at in range(self.height):
            for name, field in self.columns.items():
                self.fields[f"{name}_{at}"] = type(field)(**_settings(field))

    def told(self, content: dict) -> dict:
        """What stands outside the rows."""
        return {name: content.get(name, "") for name in ("stem", "feedback", *self.notes)}

    def rows_of(self, content: dict) -> list[dict]:
        return []

    @property
    def rows(self):
        return [(at + 1, [self[f"{name}_{at}"] for name in self.columns]) for at in range(self.height)]

    @property
    def headings(self):
        return [field.label for field in self.columns.values()]

    @property
    def others(self):
        return [
            self[name] for name in self.fields if name not in {"stem", "feedback"} and not re.search(r"_\d+$", name)
        ]

    def filled(self) -> list[dict]:
        rows = [{name: self.cleaned_data.get(f"{name}_{at}") for name in self.columns} for at in range(self.height)]
        return [row for row in rows if any(value not in (None, "", False) for value in row.values())]

    def clean(self):
        fields = super().clean()
        if not self.errors:
            self.content = self.made()
            of(self.content).validate(self.content)
        return fields

    def made(self) -> dict:
        fields = self.cleaned_data
        said = {name: fields[name] for name in ("feedback", *self.notes) if fields.get(name)}
        return {"type": self.kind, "stem": fields["stem"], **said, **self.parts(self.filled())}

    def parts(self, rows: list[dict]) -> dict:
        return {}


def _settings(field: forms.Field) -> dict:
    if isinstance(field, Percent):
        return {"label": field.label}
    return {"label": field.label, "required": False, "widget": type(field.widget)(attrs=dict(field.widget.attrs))}


def kept(old: list[dict], text: str, name: str = "html") -> dict:
    """What an earlier part of the same text had beside it."""
    return next((dict(part) for part in old if part.get(name) == text), {})
