from collections.abc import Callable

from django import forms

from exams.bank.models import Question
from exams.bank.services import review

ROWS = forms.Textarea(attrs={"rows": 3})


class NoteForm(forms.Form):
    reason = forms.CharField(label="意见", max_length=300, required=False, widget=ROWS, help_text="可以不填。")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=300, widget=ROWS)


class BulkForm(forms.Form):
    """One step and one reason for the questions that are ticked."""

    STEPS: dict[str, tuple[str, str, Callable[..., Question]]] = {
        "review": ("审题通过", review.REVIEW, review.review),
        "activate": ("启用", review.ACTIVATE, review.activate),
        "retire": ("停用", review.ACTIVATE, review.retire),
    }

    step = forms.ChoiceField(label="办理")
    reason = forms.CharField(label="理由", max_length=300, widget=ROWS)
    pk = forms.TypedMultipleChoiceField(label="试题", coerce=int)

    def __init__(self, *args, user, listed: list[int], **kwargs):
        super().__init__(*args, **kwargs)
        open_to = [(name, label) for name, (label, right, _) in self.STEPS.items() if user.has_perm(right)]
        self.fields["step"].choices = open_to
        self.fields["pk"].choices = [(pk, pk) for pk in listed]
        self.fields["pk"].error_messages = {
            "required": "请至少勾选一题。",
            "invalid_choice": "有试题已不在所列之内，请刷新。",
        }
