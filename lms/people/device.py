"""A browser's own description, in the words of whoever uses it."""

import re

_SYSTEMS = (
    (r"OpenHarmony|HarmonyOS", "鸿蒙手机"), (r"iPhone", "iPhone"), (r"iPad", "iPad"), (r"Android", "安卓手机"),
    (r"Windows", "Windows电脑"), (r"Macintosh", "Mac电脑"), (r"Linux", "Linux电脑"),
)  # fmt: skip
_BROWSERS = (
    (r"MicroMessenger", "微信"), (r"DingTalk", "钉钉"), (r"wxwork", "企业微信"), (r"Edg/", "Edge"),
    (r"HuaweiBrowser", "华为浏览器"), (r"Firefox/", "Firefox"), (r"Chrome/", "Chrome"), (r"Safari/", "Safari"),
)  # fmt: skip


def device(user_agent: str) -> str:
    found = [_first(_SYSTEMS, user_agent), _first(_BROWSERS, user_agent)]
    return "，".join(word for word in found if word) or "未知设备"


def _first(table, text: str) -> str:
    return next((word for pattern, word in table if re.search(pattern, text)), "")
