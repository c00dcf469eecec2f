"""What a password is made of, for AUTH_PASSWORD_VALIDATORS."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError

_CLASSES = (str.isupper, str.islower, str.isdigit, lambda character: not character.isalnum())
NEEDED = 3


class LengthValidator(MinimumLengthValidator):
    """Django 5.2 changed this sentence and has no Chinese for it yet."""

    def get_error_message(self):
        return f"口令太短，至少{self.min_length}个字符。"


class CharacterClassesValidator:
    def validate(self, password, user=None):
        if sum(any(map(belongs, password)) for belongs in _CLASSES) < NEEDED:
            raise ValidationError("大写字母、小写字母、数字、符号至少用三种。", code="too_few_classes")

    def get_help_text(self):
        return "大写字母、小写字母、数字、符号至少用三种。"
