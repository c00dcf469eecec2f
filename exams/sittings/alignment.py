"""A corrected key put back on the question as it was asked: same words, same parts in the same order, another key.

Papers were shuffled from the original; only what stands in its order can be shuffled the same way again.
"""

from typing import Any


def aligned(old: dict, new: dict) -> dict | None:
    """`old` with the key of `new`, parts found by their words; None where more than the key was changed."""
    if old["type"] != new["type"] or old["stem"] != new["stem"]:
        return None
    return ALIGN.get(old["type"], _whole)(old, new)


def _whole(old: dict, new: dict) -> dict:
    return new


def _options(old: dict, new: dict) -> dict | None:
    keys = {one["html"]: one for one in new["options"]}
    if len(keys) != len(new["options"]) or set(keys) != {one["html"] for one in old["options"]}:
        return None
    return {**new, "options": [{**keys[one["html"]], "id": one["id"]} for one in old["options"]]}


def _blanks(old: dict, new: dict) -> dict | None:
    keys = {one["id"]: one for one in new["blanks"]}
    if set(keys) != {one["id"] for one in old["blanks"]}:
        return None
    return {**new, "blanks": [keys[one["id"]] for one in old["blanks"]]}


def _pairs(old: dict, new: dict) -> dict | None:
    words = {one["id"]: one["html"] for one in new["targets"]}
    ids = {one["html"]: one["id"] for one in old["targets"]}
    meant = {one["html"]: words[one["match"]] for one in new["prompts"]}
    if set(words.values()) != set(ids) or set(meant) != {one["html"] for one in old["prompts"]}:
        return None
    prompts = [{**one, "match": ids[meant[one["html"]]]} for one in old["prompts"]]
    return {**new, "prompts": prompts, "targets": old["targets"]}


def _order(old: dict, new: dict) -> dict | None:
    ids: dict[str, Any] = {one["html"]: one["id"] for one in old["items"]}
    words = {one["id"]: one["html"] for one in new["items"]}
    if set(words.values()) != set(ids):
        return None
    return {**new, "items": old["items"], "order": [ids[words[one]] for one in new["order"]]}


def _parts(old: dict, new: dict) -> dict | None:
    if [part["share"] for part in old["parts"]] != [part["share"] for part in new["parts"]]:
        return None
    parts = [aligned(was, now) for was, now in zip(old["parts"], new["parts"], strict=True)]
    if None in parts:
        return None
    return {**new, "parts": [{**now, "share": was["share"]} for was, now in zip(old["parts"], parts, strict=True)]}  # type: ignore[dict-item]


ALIGN = {
    "single": _options,
    "multiple": _options,
    "fill_in": _blanks,
    "matching": _pairs,
    "ordering": _order,
    "case": _parts,
}
