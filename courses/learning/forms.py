from django import forms
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from courses.catalogue.filters import module_labels
from courses.catalogue.models import Course
from courses.learning.models import CourseAssignment


class ReviewForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class CourseAssignmentForm(WagtailAdminModelForm):
    module = forms.ChoiceField(label="必修模块", required=False, help_text="课程和必修模块选且只选一项。")

    class Meta:
        model = CourseAssignment
        fields = ["course", "module", "unit", "rank", "status", "entered_since", "due_on"]
        widgets = {"entered_since": AdminDateInput, "due_on": AdminDateInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["module"].choices = [("", "—"), *module_labels().items()]
        self.fields["course"].queryset = Course.objects.live().order_by("title")

    @property
    def title(self) -> str:
        course, module = self.cleaned_data.get("course"), self.cleaned_data.get("module")
        return course.title if course else module_labels().get(module, module)
