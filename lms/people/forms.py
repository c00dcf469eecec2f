from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "人员编号"
        self.fields["login"].widget.attrs.update(
            placeholder="如 T-XH-0173", autocapitalize="characters", autocomplete="username", autofocus=True
        )
        self.fields["password"].label = "口令"
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.update(placeholder="", autocomplete="current-password")
