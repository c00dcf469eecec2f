"""XML of strangers: no DTD, no entities, no network, and every element knows its line."""

import re

from django.core.exceptions import ValidationError
from lxml import etree

from exams.bank.formats.reading import MAX_BYTES, TooMuch

DTD = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
DEEPEST = 200


def parsed(data: bytes):
    """The root element. ValidationError with the line for what is not XML, or may do more than be read."""
    if len(data) > MAX_BYTES:
        raise TooMuch("文件过大，不能超过20 MB。")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise ValidationError("不是完整的XML：第%(line)s行有误。", code="ill_formed", params={"line": line}) from error
    if root is None or root.getroottree().docinfo.doctype or DTD.search(data[:4096]):
        raise ValidationError("文件内容不安全（含有DTD声明）。", code="xml_dtd", params={"line": 1})
    if _depth(root) > DEEPEST:
        raise ValidationError("XML嵌套过深。", code="too_deep", params={"line": 1})
    return root


def _depth(root) -> int:
    deepest, level = 0, [root]
    while level and deepest <= DEEPEST:
        level = [child for element in level for child in element]
        deepest += 1
    return deepest


def local(element) -> str:
    """An element's name without its namespace; "" for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element, *names: str) -> list:
    return [child for child in element if local(child) in names]


def first(element, *path: str):
    """The element down a path of names, None where there is none."""
    for name in path:
        element = next(iter(children(element, name)), None) if element is not None else None
    return element


def text_at(element, *path: str) -> str:
    found = first(element, *path)
    return "".join(found.itertext()).strip() if found is not None else ""


def descendants(element, *names: str) -> list:
    return [child for child in element.iter() if local(child) in names]
