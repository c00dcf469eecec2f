from django import forms

from exams.bank.formats.reading import MAX_BYTES
from exams.bank.models import QuestionBank

FORMATS = [
    ("auto", "自动识别"), ("xlsx", "Excel表格（.xlsx）"), ("gift", "GIFT"), ("aiken", "Aiken"),
    ("moodlexml", "Moodle XML"), ("qti", "QTI 2.1/2.2"),
]  # fmt: skip
WAYS = [("", "整批：有一处错误就一题也不写入"), ("1", "逐题：写入没有错误的题，有错误的列出")]


class UploadForm(forms.Form):
    bank = forms.ModelChoiceField(QuestionBank.objects.none(), label="导入到题库", empty_label="请选择")
    format = forms.ChoiceField(label="文件格式", choices=FORMATS)
    by_row = forms.TypedChoiceField(
        label="有错误时",
        choices=WAYS,
        coerce=bool,
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    file = forms.FileField(label="试题文件", allow_empty_file=True)

    def __init__(self, *args, banks, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["bank"].queryset = banks

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"文件过大，不能超过{MAX_BYTES >> 20} MB。", code="too_large")
        return file
