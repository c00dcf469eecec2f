from django import forms

from courses.training.services.rating import BEST


class RatingForm(forms.Form):
    """One to five for each criterion, and a word if one likes."""

    comment = forms.CharField(
        label="意见（可不填）", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="不要写自己的姓名和单位。",
    )  # fmt: skip

    def __init__(self, criteria, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.names = [f"star_{number}" for number in range(len(criteria))]
        for name, label in zip(self.names, criteria, strict=True):
            self.fields[name] = forms.TypedChoiceField(
                label=label, coerce=int, choices=[(star, str(star)) for star in range(1, BEST + 1)],
                widget=forms.RadioSelect, error_messages={"required": "请评1至5分。"},
            )  # fmt: skip
        self.order_fields([*self.names, "comment"])

    @property
    def stars(self) -> list[int]:
        return [self.cleaned_data[name] for name in self.names]

    @property
    def scales(self):
        return [self[name] for name in self.names]
