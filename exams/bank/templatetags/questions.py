"""A question as a candidate sees it, from what `public` gave and from nothing else."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from exams.bank.formats.excel import LETTERS
from exams.bank.formats.markup import plain
from exams.bank.types import LABELS
from exams.bank.types.fill_in import PLACE

register = template.Library()
SAID = {
    "feedback": "解析", "feedback_true": "选“对”后的说明", "feedback_false": "选“错”后的说明",
    "feedback_wrong": "答错后的说明", "reference": "参考答案",
}  # fmt: skip


BLANK = (
    '<input class="blank" type="text" name="{name}" value="{typed}" aria-label="第{place}空" autocomplete="off"'
    ' maxlength="200">'
)


@register.simple_tag
def with_blanks(stem: str, name: str, typed) -> SafeString:
    """The stem with a place to write in wherever a blank stands."""

    def blank(found) -> str:
        field = f"{name}-{found[1]}"
        return format_html(BLANK, name=field, typed=typed_in(typed, field), place=found[1])

    return mark_safe(PLACE.sub(blank, stem))  # noqa: S308 - cleaned at import, and escaped here


@register.filter
def typed_in(typed, field: str) -> str:
    """What was typed into a field, as a form sent it."""
    return typed.get(field, "") if typed else ""


@register.simple_tag
def chosen(typed, field: str, value, mark: str = "checked") -> str:
    """The attribute of an option that was chosen before."""
    return mark if typed and str(value) in typed.getlist(field) else ""


@register.filter
def letter(place: int) -> str:
    return LETTERS[place]


@register.filter
def as_text(markup: str) -> str:
    return plain(markup)


@register.filter
def label(kind: str) -> str:
    return LABELS[kind]


@register.filter
def places(parts: list) -> range:
    return range(1, len(parts) + 1)


@register.filter
def percent(weight: str | None) -> str:
    found = Decimal(weight or "0") * 100
    return f"{format(found.quantize(Decimal('0.01')).normalize(), 'f')}%"


@register.filter
def said(name: str) -> str:
    return SAID[name]


@register.filter
def gapped(text: str) -> str:
    """A stem's plain text for lists, its blanks as one prints them."""
    return PLACE.sub("（　　）", text)
