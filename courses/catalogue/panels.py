"""What the course editor's form is made of."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import Panel
from wagtail.admin.widgets.chooser import BaseChooser


class CodeList(forms.Textarea):
    """Rows of a long list, named by their codes: nobody finds one of 428 in a box of ticks."""

    def __init__(self, model, attrs=None):
        self.model = model
        super().__init__({"rows": 3, **(attrs or {})})

    def value_from_datadict(self, data, files, name):
        codes = (data.get(name) or "").replace("，", " ").replace("、", " ").replace(",", " ").split()
        known = dict(self.model.objects.filter(code__in=codes).values_list("code", "pk"))
        return [known.get(code, code) for code in codes]

    def format_value(self, value):
        keys = [one for one in value or [] if str(one).isdigit()]
        unknown = [str(one) for one in value or [] if not str(one).isdigit()]
        return " ".join([*self.model.objects.filter(pk__in=keys).values_list("code", flat=True), *unknown])

    def value_omitted_from_data(self, data, files, name):
        return name not in data


class CoursewareChooser(BaseChooser):
    """A checked file of the kind the lesson beside it names."""

    model = "catalogue.Courseware"
    icon = "media"
    choose_one_text, choose_another_text, clear_choice_text = "选择课件", "换一个课件", "不用课件"
    chooser_modal_url_name = "courseware_chooser:choose"
    show_edit_link = False
    linked_fields = {"kind": {"match": r"^id_lessons-\d+-", "append": "kind"}}

    def get_value_data_from_instance(self, instance):
        # Rows are never changed: Wagtail's finder would look in vain for the page that edits one.
        return {"id": instance.pk, "edit_url": None, self.display_title_key: str(instance)}


class CourseForm(WagtailAdminPageForm):
    """The page's own fields, and what only lesson and question together can tell."""

    def clean(self):
        cleaned = super().clean()
        for lesson in self.formsets["lessons"].forms if "lessons" in self.formsets else []:
            if not lesson.is_valid() or lesson.cleaned_data.get("DELETE"):
                continue
            for question in lesson.formsets["questions"].forms:
                self._within(lesson.instance.seconds, question)
        return cleaned

    def _within(self, seconds, question):
        fields = getattr(question, "cleaned_data", {})
        if fields.get("DELETE") or fields.get("at") is None:
            return
        if fields["at"] > seconds:
            question.add_error("at", ValidationError(f"超过了本节时长（{seconds}秒）。", code="beyond_end"))
            self.add_error(None, ValidationError("有随堂题超过了本节时长。", code="beyond_end"))


class StalePanel(Panel):
    """Tells the editor that a cited version is no longer in force."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "catalogue/stale_panel.html"

        def is_shown(self):
            return bool(self.superseded)

        @cached_property
        def superseded(self):
            """Of what the draft cites, not of what is live."""
            return (
                [source for source in self.instance.sources.all() if source.is_superseded] if self.instance.pk else []
            )

        def get_context_data(self, parent_context=None):
            return super().get_context_data(parent_context) | {"superseded": self.superseded}
