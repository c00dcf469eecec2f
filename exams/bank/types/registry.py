from types import ModuleType

from django.core.exceptions import ValidationError

TYPES: dict[str, ModuleType] = {}


def register(module: ModuleType) -> None:
    TYPES[module.CODE] = module


def of(content: dict) -> ModuleType:
    """The module for a content. ValidationError for a type there is not."""
    code = content.get("type") if isinstance(content, dict) else None
    module = TYPES.get(code) if isinstance(code, str) else None
    if module is None:
        raise ValidationError("没有这种题型。", code="type")
    return module
