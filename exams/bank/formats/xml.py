"""XML of strangers: no DTD, no entities, no network, and every element knows its line."""

import re
from collections.abc import Iterator
from io import BytesIO

from django.core.exceptions import ValidationError
from lxml import etree

from exams.bank.formats.reading import MAX_BYTES, TooMuch

DTD = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
LONG_TAG = re.compile(rb"<[^<>!?][^<>]{65536}")
MOST_ELEMENTS = 1_000_000
MOST_IN_ONE = 20_000  # in one question: a tree takes fifty times the bytes of its tags
SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "remove_pis": True}


def parsed(data: bytes):
    """The root element. ValidationError with the line for what is not XML, or may do more than be read."""
    _check_size(data)
    if elements_in(data) > MOST_IN_ONE:
        raise TooMuch("XML文件里的元素过多。")
    try:
        root = etree.fromstring(data, etree.XMLParser(**SAFE))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _ill_formed(error) from error
    _check_safe(root, data)
    return root


def streamed(data: bytes, name: str) -> Iterator:
    """The root, and then every element of this name right below it, each gone when the next is asked for.

    Refuses what `parsed` refuses, at the place where it is met.
    """
    _check_size(data)
    _check_pieces(data, name)
    root, events = None, etree.iterparse(BytesIO(data), events=("start", "end"), **SAFE)
    try:
        for event, element in events:
            if root is None:
                root = element
                _check_safe(root, data)
                yield root
            elif event == "end" and element.getparent() is root:
                if local(element) == name:
                    yield element
                element.clear()
                root.remove(element)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _ill_formed(error) from error


def elements_in(data: bytes) -> int:
    return data.count(b"<") - data.count(b"</")


def _check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise TooMuch("文件过大，不能超过20 MB。")
    if LONG_TAG.search(data):
        raise TooMuch("XML标签过长。")


def _check_pieces(data: bytes, name: str) -> None:
    if elements_in(data) > MOST_ELEMENTS:
        raise TooMuch("XML文件里的元素过多，请分成几个文件。")
    opening, start = b"<" + name.encode(), 0
    while start < len(data):
        following = data.find(opening, start + 1)
        end = following if following >= 0 else len(data)
        if data.count(b"<", start, end) > MOST_IN_ONE:
            raise TooMuch("一道题的内容过多。")
        start = end


def _ill_formed(error: Exception) -> ValidationError:
    line = getattr(error, "lineno", None) or 1
    return ValidationError("不是完整的XML：第%(line)s行有误。", code="ill_formed", params={"line": line})


def _check_safe(root, data: bytes) -> None:
    if root is None or root.getroottree().docinfo.doctype or DTD.search(data[:4096]):
        raise ValidationError("文件内容不安全（含有DTD声明）。", code="xml_dtd", params={"line": 1})


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
    """By names, in the order of the document; found without looking at each in Python."""
    return list(element.iter(*(f"{{*}}{name}" for name in names)))
