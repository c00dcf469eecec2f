from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from wagtail.admin.widgets import AdminDateInput

from lms.audit.services import record
from lms.people.models import Officer, OrgUnit, RoleGrant, User

SIX_DIGITS = {"inputmode": "numeric", "placeholder": "", "autocomplete": "one-time-code"}


def name_field(form, name: str, label: str, *, hint: str = "", **attributes) -> None:
    field = form.fields[name]
    field.label, field.help_text = label, hint
    field.widget.attrs.update({"placeholder": "", **attributes})


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        capital = {"autocapitalize": "characters", "autocorrect": "off", "spellcheck": "false"}
        name_field(self, "login", "人员编号", placeholder="如 T-XH-0173", autocomplete="username", **capital)
        name_field(self, "password", "口令", autocomplete="current-password")


class NewPasswordForm(ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name_field(self, "oldpassword", "现用口令", autocomplete="current-password")
        rule = "至少10个字符，大写字母、小写字母、数字、符号至少用三种，不含姓名和编号。"
        name_field(self, "password1", "新口令", hint=rule)
        name_field(self, "password2", "再输一遍新口令", autocomplete="new-password")


class ConfirmPasswordForm(ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name_field(self, "password", "口令", autocomplete="current-password")


class CodeForm(mfa_forms.AuthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        hint = "打开身份验证器，输入当前的6位数字。手机不在身边，可输入一个没有用过的恢复码。"
        name_field(self, "code", "验证码", hint=hint, **SIX_DIGITS)

    def _emit_authentication_failed(self, authenticator):
        super()._emit_authentication_failed(authenticator)
        record("people.code_failed", actor=self.user, target=self.user)


class ConfirmCodeForm(mfa_forms.ReauthenticateForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name_field(self, "code", "验证码", **SIX_DIGITS)


class BindAuthenticatorForm(ActivateTOTPForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        name_field(self, "code", "验证码", hint="身份验证器当前显示的6位数字。", **SIX_DIGITS)

    def clean_code(self):
        code = super().clean_code()
        record("people.bind_second_factor", actor=self.user, target=self.user)
        return code


class OrgUnitForm(forms.ModelForm):
    class Meta:
        model = OrgUnit
        fields = ["code", "name", "kind", "daily_parent", "from_on", "until_on"]
        widgets = {"from_on": AdminDateInput, "until_on": AdminDateInput}


class NewOrgUnitForm(OrgUnitForm):
    parent = forms.ModelChoiceField(OrgUnit.objects.all(), label="上级单位")
    field_order = ["parent"]


class OfficerForm(forms.ModelForm):
    """What an office may correct; number, name, unit and account come from the personnel file and from transfers."""

    class Meta:
        model = Officer
        fields = ["rank", "status", "sex", "born_on", "education", "source", "entered_on", "is_legally_qualified",
                  "is_public_lawyer", "discipline_until_on"]  # fmt: skip
        widgets = dict.fromkeys(["born_on", "entered_on", "discipline_until_on"], AdminDateInput)


class TransferForm(forms.Form):
    unit = forms.ModelChoiceField(OrgUnit.objects.all(), label="调入单位")
    on = forms.DateField(
        label="生效日期", required=False, widget=AdminDateInput, help_text="留空为今天；不能晚于今天。"
    )
    reason = forms.CharField(label="事由", max_length=100)


class ProposeRoleForm(forms.ModelForm):
    username = forms.CharField(label="人员编号", max_length=150)
    field_order = ["username"]

    class Meta:
        model = RoleGrant
        fields = ["role", "unit", "reason"]

    def clean_username(self):
        user = User.objects.filter(username=self.cleaned_data["username"].strip(), is_active=True).first()
        if user is None:
            raise forms.ValidationError("没有这个编号的在用账号。", code="unknown_user")
        return user


class ReasonForm(forms.Form):
    reason = forms.CharField(label="事由", max_length=200)
