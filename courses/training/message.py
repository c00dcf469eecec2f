"""What scripts of the phone's pages send: JSON of a fixed form, refused in any other."""

import json
from collections.abc import Mapping

from django.core.exceptions import ValidationError

SCAN = {"session": int, "code": str, "nonce": str}
TAP = {"enrollment": int, "state": str}
LONGEST = 2_000


def read_message(body: bytes, fields: Mapping[str, type]) -> dict:
    try:
        found = json.loads(body[:LONGEST])
        message = {name: found[name] for name in fields}
    except (ValueError, TypeError, KeyError, RecursionError):
        message = {}
    if not message or any(type(value) is not fields[name] for name, value in message.items()):
        raise ValidationError("报文格式不对，请刷新页面。", code="malformed")
    return message
