from django import forms

from lms.notices.models import Notice


class NoticeForm(forms.ModelForm):
    class Meta:
        model = Notice
        fields = ["kind", "title", "body", "unit"]
        widgets = {"body": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args, **kwargs):
        kwargs.pop("for_user", None)
        super().__init__(*args, **kwargs)
        self.fields["unit"].required = True
        self.fields["unit"].help_text = "发给该单位及其下属单位的全部在职人员。"
        self.fields["kind"].choices = [choice for choice in Notice.Kind.choices if choice[0] != Notice.Kind.SYSTEM]


class SendForm(forms.Form):
    email = forms.BooleanField(label="同时发电子邮件", required=False, help_text="只发给登记了邮箱的人员。")
