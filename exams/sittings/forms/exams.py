"""What the office fills in about an exam and its windows."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateTimeInput

from exams.papers.models import Blueprint
from exams.sittings.models import Exam, Hall, Sitting
from exams.sittings.services.exams import RUN, terms_for
from instructors.venues.models import Venue
from lms.people.models import OrgUnit, User

ADD = "sittings.add_exam"
# A closing test belongs to a course and is set up there.
KINDS = [choice for choice in Exam.Kind.choices if choice[0] != Exam.Kind.CLOSING]


class BlueprintField(forms.ModelChoiceField):
    def label_from_instance(self, blueprint):
        state = "" if blueprint.is_checked else "，待批准"
        marks = f"{blueprint.marks.normalize():f}" if blueprint.marks else "0"
        return f"{blueprint}（{blueprint.questions or 0}题，{marks}分{state}）"


class ExamForm(WagtailAdminModelForm):
    kind = forms.ChoiceField(label="类别", choices=KINDS, help_text="等级能力考试须选等级，资格考试须选科目。")
    blueprint = BlueprintField(label="组卷方案", queryset=Blueprint.objects.with_totals().select_related("unit"))

    class Meta:
        model = Exam
        fields = [
            "title", "code", "unit", "kind", "level", "subject", "blueprint", "forms", "limit_minutes", "attempts",
            "pass_percent", "entry_minutes", "hand_in_minutes", "grace_seconds", "browsers", "layout",
        ]  # fmt: skip
        help_texts = {
            "code": "字母、数字和横线，如LEVEL-2026-2。用于试卷编号，发布后不变。",
            "forms": "0为每人一卷，题目各不相同；1至24为几套卷轮流发。",
            "attempts": "不填按规则R26。缓考不占次数。",
            "pass_percent": "不填按规则R26的合格线。",
        }
        labels = {"forms": "卷别数"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("attempts", "pass_percent"):
            self.fields[name].required = False
        self.fields["forms"].max_value = 24
        if self.instance.pk:
            del self.fields["unit"], self.fields["code"]
        else:
            self._fill_in()

    def _fill_in(self) -> None:
        """The times of the rules in force, to be seen before they are kept."""
        self.initial["attempts"] = None
        try:
            terms = terms_for(Exam.Kind.QUALIFICATION, "", self.today)
        except ValidationError:
            return
        for name in ("entry_minutes", "hand_in_minutes", "grace_seconds"):
            self.initial[name] = getattr(terms, name)

    @property
    def today(self):
        return timezone.localdate()

    def clean_unit(self):
        unit = self.cleaned_data["unit"]
        if not OrgUnit.objects.within(self.for_user, ADD).filter(pk=unit.pk).exists():
            raise ValidationError("您只能为本单位和下级单位组织考试。", code="foreign_unit")
        return unit

    def clean_forms(self):
        if self.cleaned_data["forms"] > 24:
            raise ValidationError("卷别数为0至24。", code="forms")
        return self.cleaned_data["forms"]

    def _post_clean(self):
        """Left open is not the model's default, but what the rules will say."""
        super()._post_clean()
        for name in ("attempts", "pass_percent"):
            if self.cleaned_data.get(name) is None:
                setattr(self.instance, name, None)

    @property
    def named_fields(self) -> list[str]:
        return [name for name in self._meta.fields if name in self.fields]


class ExamField(forms.ModelChoiceField):
    def label_from_instance(self, exam):
        return f"{exam}（{exam.code}）"


class SittingForm(WagtailAdminModelForm):
    """A new window; afterwards it is moved, not edited."""

    exam = ExamField(label="考试", queryset=Exam.objects.select_related("unit"))

    class Meta:
        model = Sitting
        fields = ["exam", "opens_at", "closes_at"]
        widgets = {"opens_at": AdminDateTimeInput, "closes_at": AdminDateTimeInput}
        help_texts = {"closes_at": "到时未交的自动收卷。模拟考试可以不填。"}

    def clean_exam(self):
        return of_own_office(self.cleaned_data["exam"], self.for_user)


def of_own_office(exam: Exam, user) -> Exam:
    """Whoever sees an exam does not yet run it."""
    if not Exam.objects.within(user, RUN).filter(pk=exam.pk).exists():
        raise ValidationError("这个考试由其他单位组织，您不能编排。", code="not_yours")
    return exam


class WindowForm(forms.Form):
    opens_at = forms.DateTimeField(label="开考时间", widget=AdminDateTimeInput)
    closes_at = forms.DateTimeField(label="结束时间", widget=AdminDateTimeInput)


class CopyForm(forms.Form):
    opens_at = forms.DateTimeField(
        label="新场次开考时间", widget=AdminDateTimeInput, help_text="时长、考场、监考员和名额照抄，口令另生成。"
    )


class SeatingForm(forms.Form):
    is_afresh = forms.BooleanField(
        label="全部重排", required=False, help_text="不勾的，已排好的座位不动，只排没有座位的考生。"
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class SittingField(forms.ModelChoiceField):
    def label_from_instance(self, sitting):
        return f"{sitting}（{timezone.localtime(sitting.opens_at):%-m月%-d日 %H:%M}）"


class HallForm(WagtailAdminModelForm):
    sitting = SittingField(label="场次", queryset=Sitting.objects.select_related("exam__unit"))
    venue = forms.ModelChoiceField(
        label="场所", queryset=Venue.objects.select_related("unit"), required=False, empty_label="不在登记的场所",
        help_text="选了场所的，座位数不能超过容纳人数，同一时间不能排两场。",
    )  # fmt: skip
    people = forms.CharField(
        label="监考员", required=False, max_length=1000, help_text="人员编号，几个用空格分开。",
        widget=forms.TextInput,
    )  # fmt: skip

    class Meta:
        model = Hall
        fields = ["sitting", "name", "unit", "venue", "seats"]
        labels = {"name": "考场名称"}

    field_order = ["sitting", "name", "unit", "venue", "seats", "people"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["sitting"]
            self.initial["people"] = " ".join(self.instance.invigilators.values_list("username", flat=True))

    def clean_sitting(self):
        of_own_office(self.cleaned_data["sitting"].exam, self.for_user)
        return self.cleaned_data["sitting"]

    def clean_people(self) -> list[User]:
        numbers = list(dict.fromkeys(self.cleaned_data["people"].replace("，", " ").replace(",", " ").split()))
        found = {one.username: one for one in User.objects.filter(username__in=numbers, is_active=True)}
        if missing := [number for number in numbers if number not in found]:
            raise ValidationError(f"没有这些人员编号：{'、'.join(missing[:10])}。", code="unknown")
        return list(found.values())
