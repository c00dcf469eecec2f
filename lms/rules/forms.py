"""A version is drafted field by field: each shape of formula has its own part of the form, nobody writes JSON."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from django import forms
from django.utils import timezone
from wagtail.admin.widgets import AdminDateInput, AdminTimeInput

from lms.rules.models import Layer, Rule, RuleVersion, TrainingKind, YearLabel
from lms.rules.wording import CONDITIONS, PERIODS, UNITS, measure_unit, measure_words, step_words

SPARE_ROWS = 2
YES, NO = "1", "0"


def amount(label: str, **options) -> forms.DecimalField:
    options = {"required": False, "min_value": 0, "max_digits": 9, "decimal_places": 3, **options}
    return forms.DecimalField(label=label, **options)


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def amounts(row: Mapping, names=("hours", "credits")) -> dict[str, str]:
    return {name: plain(row[name]) for name in names if row.get(name) is not None}


class VersionForm(forms.ModelForm):
    class Meta:
        model = RuleVersion
        fields = [
            "effective_from", "source", "source_note", "regulation", "is_confirmed", "counts_hours", "counts_credits",
        ]  # fmt: skip
        widgets = {"effective_from": AdminDateInput, "source_note": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "effective_from": "这一天起发生的活动按本版计算，以前的不变。不能早于批准当日。",
            "source_note": "写明出自哪份文件的哪一条；没有文件的写明理由。",
            "is_confirmed": "不勾选的，凡显示数值处都注明“默认值，待确认”。",
        }


class LinearForm(forms.Form):
    hours_per_credit = amount("1学分折合学时", required=True)

    def __init__(self, data, base: Mapping):
        super().__init__(data, prefix="formula", initial=dict(base))

    def formula(self) -> dict:
        return amounts(self.cleaned_data, ["hours_per_credit"])


class MinimaForm(forms.Form):
    hours = amount("全年学时")
    credits = amount("全年学分")

    def __init__(self, data, base: Mapping):
        given = {"hours": base.get("hours"), "credits": base.get("credits")}
        for layer, values in base.get("layers", {}).items():
            given |= {f"{layer}_{name}": value for name, value in values.items()}
        super().__init__(data, prefix="formula", initial=given)
        for code, label in Layer.choices:
            for name, unit in UNITS:
                self.fields[f"{code}_{name}"] = amount(f"{label}{unit}")
        # A rule sets the year's totals or the layers' minima: it keeps asking what it asked before.
        kept = {name for name in self.fields if given.get(name) is not None} or set(self.fields)
        for name in set(self.fields) - kept:
            del self.fields[name]
        for field in self.fields.values():
            field.required = True

    def formula(self) -> dict:
        values = self.cleaned_data
        layers = {
            code: {name: plain(values[f"{code}_{name}"]) for name, _ in UNITS}
            for code in Layer.values
            if f"{code}_hours" in values
        }
        return amounts(values) | ({"layers": layers} if layers else {})


class RowForm(forms.Form):
    """A line of a table: left empty it is not there."""

    use_required_attribute = False
    needs: tuple[str, ...] = ()

    hours = amount("学时")
    credits = amount("学分")

    @property
    def is_blank(self) -> bool:
        return not any(value not in (None, "", False) for value in self.cleaned_data.values())

    def clean(self):
        values = super().clean()
        if self.errors or self.is_blank:
            return values
        for name in self.needs:
            if values.get(name) in (None, ""):
                self.add_error(name, f"请填写“{self.fields[name].label}”，不要这一行的全部留空。")
        if values.get("hours") is None and values.get("credits") is None:
            self.add_error("hours", "请填写学时或学分，不要这一行的全部留空。")
        return values


class StepForm(RowForm):
    needs = ("above",)
    above = amount("下限")
    inclusive = forms.BooleanField(label="含下限", required=False)
    field_order = ["above", "inclusive", "hours", "credits"]


class BonusForm(RowForm):
    needs = ("when",)
    when = forms.ChoiceField(label="条件", required=False, choices=[("", "—"), *CONDITIONS.items()])
    field_order = ["when", "hours", "credits"]


class CapForm(RowForm):
    needs = ("per",)
    per = forms.ChoiceField(label="周期", required=False, choices=[("", "—"), *PERIODS.items()])
    layer = forms.ChoiceField(label="层级", required=False, choices=[("", "全部层级"), *Layer.choices])
    field_order = ["per", "layer", "hours", "credits"]

    def values(self) -> dict:
        layer = {"layer": self.cleaned_data["layer"]} if self.cleaned_data["layer"] else {}
        return {"per": self.cleaned_data["per"], **layer, **amounts(self.cleaned_data)}


class Rows:
    """The lines of one table: those there are, and spare ones."""

    def __init__(self, form_class, data, rows, prefix: str, spare: int = SPARE_ROWS):
        given = [*rows, *[None] * spare]
        self.forms = [form_class(data, prefix=f"{prefix}-{place}", initial=row) for place, row in enumerate(given)]

    def __iter__(self):
        return iter(self.forms)

    def relabel(self, name: str, label: str) -> None:
        for form in self.forms:
            form.fields[name].label = label

    @property
    def labels(self) -> list[str]:
        return [field.label for field in self.forms[0].fields.values()]

    def is_valid(self) -> bool:
        return not [form for form in self.forms if not form.is_valid()]

    def filled(self) -> list:
        return [form for form in self.forms if not form.is_blank]


class PointsForm:
    """Steps by bound, or one line for each kind of thing; then what is added on conditions."""

    def __init__(self, data, base: Mapping):
        self.base, steps = base, base["steps"]
        self.measure = measure_words(base["measure"])
        self.is_by_kind = any("equals" in step for step in steps)
        self.is_per_unit = any(step.get("per_unit") for step in steps)
        fixed = self.is_by_kind or self.is_per_unit
        self.steps = Rows(RowForm if fixed else StepForm, data, steps, "step", 0 if fixed else SPARE_ROWS)
        if not fixed:
            self.steps.relabel("above", f"下限（{measure_unit(base['measure'])}）")
        self.bonus = Rows(BonusForm, data, base.get("bonus", []), "bonus", 1) if "minutes" in base["measure"] else None
        if fixed:
            for place, form in enumerate(self.steps):
                form.label = step_words(base, place)

    def is_valid(self) -> bool:
        return not [part for part in (self.steps, self.bonus) if part and not part.is_valid()]

    def formula(self) -> dict:
        if self.is_by_kind or self.is_per_unit:
            steps = [
                self._fixed(*pair) for pair in zip(self.base["steps"], self.steps, strict=True) if not pair[1].is_blank
            ]
        else:
            rows = sorted(self.steps.filled(), key=_bound, reverse=True)
            steps = [
                {"above": plain(row.cleaned_data["above"]), "inclusive": row.cleaned_data["inclusive"]}
                | amounts(row.cleaned_data)
                for row in rows
            ]
        bonus = (
            [{"when": row.cleaned_data["when"], **amounts(row.cleaned_data)} for row in self.bonus.filled()]
            if self.bonus
            else []
        )
        kept = {name: self.base[name] for name in ("measure", "times") if name in self.base}
        return kept | {"steps": steps} | ({"bonus": bonus} if bonus else {})

    @staticmethod
    def _fixed(step: Mapping, row: RowForm) -> dict:
        return {name: value for name, value in step.items() if name not in ("hours", "credits")} | amounts(
            row.cleaned_data
        )


def _bound(row: StepForm) -> tuple:
    """Where two steps share a bound the open one lies higher and is tried first."""
    return row.cleaned_data["above"], not row.cleaned_data["inclusive"]


class ParametersForm(forms.Form):
    def __init__(self, data, base: Mapping):
        self.items = base["items"]
        super().__init__(data, prefix="formula", initial={item["key"]: item["value"] for item in self.items})
        for item in self.items:
            self.fields[item["key"]] = self._field(item)

    @staticmethod
    def _field(item: Mapping) -> forms.Field:
        unit = f"单位：{item['unit']}" if item["unit"] else ""
        kind = item.get("type", "number")
        if kind == "flag":
            return forms.ChoiceField(label=item["label"], choices=[(YES, "是"), (NO, "否")])
        if kind == "time":
            return forms.TimeField(label=item["label"], widget=AdminTimeInput(format="%H:%M"))
        if kind == "text":
            return forms.CharField(label=item["label"], max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
        return amount(item["label"], required=True, help_text=unit)

    def formula(self) -> dict:
        return {"items": [{**item, "value": self._text(self.cleaned_data[item["key"]])} for item in self.items]}

    @staticmethod
    def _text(value) -> str:
        if isinstance(value, Decimal):
            return plain(value)
        return value if isinstance(value, str) else f"{value:%H:%M}"


FORMULAS = {
    Rule.Shape.LINEAR: LinearForm,
    Rule.Shape.MINIMA: MinimaForm,
    Rule.Shape.POINTS: PointsForm,
    Rule.Shape.PARAMETERS: ParametersForm,
}


class DraftForm:
    """The three parts of a draft, filled in from the version in force."""

    def __init__(self, rule: Rule, base: RuleVersion, data=None):
        same = ("source", "source_note", "regulation", "is_confirmed", "counts_hours", "counts_credits")
        given = {name: getattr(base, name) for name in same}
        self.base = base
        given["effective_from"] = timezone.localdate() + timedelta(days=1)
        # The facts are checked on a version that counts as before: the amounts have parts of their own.
        same_amounts = RuleVersion(rule=rule, formula=base.formula, caps=base.caps)
        self.about = VersionForm(data, initial=given, instance=same_amounts)
        self.formula = FORMULAS[Rule.Shape(rule.shape)](data, base.formula)
        # Only what counts an activity is capped: the activity's own rule, or the one that holds the day's caps.
        has_caps = rule.shape == Rule.Shape.POINTS or bool(base.caps)
        self.caps = Rows(CapForm, data, base.caps, "cap", SPARE_ROWS if has_caps else 0)

    def is_valid(self) -> bool:
        return not [part for part in (self.about, self.formula, self.caps) if not part.is_valid()]

    def values(self) -> dict:
        return {
            **self.about.cleaned_data,
            "formula": self.formula.formula(),
            "caps": [row.values() for row in self.caps.filled()],
            "population": self.base.population,
            "activities": self.base.activities,
        }


class YearLabelForm(forms.ModelForm):
    CODES = {YearLabel.CodeList.LAYER: Layer, YearLabel.CodeList.KIND: TrainingKind}

    code = forms.ChoiceField(
        label="代码",
        choices=[("训练层级", [(code, f"{label}（{code}）") for code, label in Layer.choices]),
                 ("训练类型", [(code, f"{label}（{code}）") for code, label in TrainingKind.choices])],
    )  # fmt: skip

    class Meta:
        model = YearLabel
        fields = ["code_list", "code", "from_year", "label", "source_note"]

    def clean(self):
        values = super().clean()
        codes = self.CODES.get(values.get("code_list"))
        if codes and values.get("code") and values["code"] not in codes.values:
            self.add_error("code", forms.ValidationError("该代码不属于所选的代码表。", code="code_list"))
        return values
