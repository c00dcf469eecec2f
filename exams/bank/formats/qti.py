"""QTI 2.1 and 2.2 items, one in a file or many in a package: six interactions; all others are listed."""

from collections.abc import Callable
from decimal import Decimal

from django.core.exceptions import ValidationError
from lxml import etree

from exams.bank.formats.markup import cleaned
from exams.bank.formats.reading import MAX_BYTES, Draft, Reading, TooMuch, guarded
from exams.bank.formats.xml import MOST_ELEMENTS, children, descendants, elements_in, first, local, parsed
from exams.bank.types.shape import MOST_OPTIONS
from lms.sheets.archive import inflate

ZIP = b"PK\x03\x04"
MANIFEST = "imsmanifest.xml"
INTERACTIONS = etree.XPath("//*[substring(local-name(), string-length(local-name()) - 10) = 'Interaction']")


@guarded
def read(data: bytes) -> Reading:
    reading = Reading()
    for name, content in _items(data):
        _read_item(reading, name, content)
    return reading


def _items(data: bytes):
    if not data.startswith(ZIP):
        yield "", data
        return
    if len(data) > MAX_BYTES:
        raise TooMuch("文件过大，不能超过20 MB。")
    parts = inflate(data)
    if MANIFEST not in {name.casefold() for name in parts}:
        raise ValidationError("压缩包内没有imsmanifest.xml。", code="manifest")
    names = sorted(name for name in parts if name.casefold().endswith(".xml") and name.casefold() != MANIFEST)
    if sum(elements_in(bytes(parts[name])) for name in names) > MOST_ELEMENTS // 2:
        raise TooMuch("压缩包内的元素过多，请分成几个文件。")
    for name in names:
        yield name, bytes(parts.pop(name))


def _read_item(reading: Reading, name: str, data: bytes) -> None:
    place = f"{name}：" if name else ""
    try:
        root = parsed(data)
    except ValidationError as refusal:
        line = (refusal.params or {}).get("line")
        return reading.fail(line, name, place + " ".join(refusal.messages), refusal.code or "")
    if local(root) != "assessmentItem":
        return reading.skip(root.sourceline, local(root), f"{place}不是assessmentItem，未导入。")
    interactions = INTERACTIONS(root)
    if len(interactions) != 1 or local(interactions[0]) not in READERS:
        kinds = "、".join(sorted({local(one)[:40] for one in interactions})[:5]) or "没有作答"
        return reading.skip(root.sourceline, kinds, f"{place}不支持的作答方式“{kinds}”，未导入。")
    return _item(reading, root, interactions[0], place)


def _item(reading: Reading, root, interaction, place: str) -> None:
    kind = local(interaction)
    with reading.question(root.sourceline, f"{place}{kind}"):
        try:
            content = READERS[kind](Item(root, interaction))
        except KeyError:
            raise ValidationError("答案与选项不对应。", code="key") from None
        reading.add(Draft(content, root.sourceline, name=root.get("title", "")[:200]))
    for lost in descendants(root, "img", "object", "modalFeedback", "feedbackInline", "feedbackBlock"):
        reading.warn(lost.sourceline, local(lost), f"{place}“{local(lost)}”未导入。")


class Item:
    """An item's answer declaration and its one interaction."""

    def __init__(self, root, interaction):
        self.root, self.interaction = root, interaction
        wanted = interaction.get("responseIdentifier")
        found = [one for one in children(root, "responseDeclaration") if one.get("identifier") == wanted]
        self.declaration = found[0] if found else None

    @property
    def correct(self) -> list[str]:
        right = first(self.declaration, "correctResponse") if self.declaration is not None else None
        return (
            [" ".join("".join(value.itertext()).split()) for value in children(right, "value")]
            if right is not None
            else []
        )

    @property
    def mapped(self) -> dict[str, Decimal]:
        mapping = first(self.declaration, "mapping") if self.declaration is not None else None
        if mapping is None:
            return {}
        return {
            entry.get("mapKey", ""): Decimal(entry.get("mappedValue", "0")) for entry in children(mapping, "mapEntry")
        }

    def stem(self, gap: str = "") -> str:
        """The body with its interaction replaced by its prompt, or by a gap in the text."""
        body = first(self.root, "itemBody")
        copy = etree.fromstring(etree.tostring(body))
        (inner,) = [one for one in copy.iter() if local(one) == local(self.interaction)]
        prompt = first(inner, "prompt")
        text = (gap or (" ".join("".join(prompt.itertext()).split()) if prompt is not None else "")) + (
            inner.tail or ""
        )
        before, parent = inner.getprevious(), inner.getparent()
        if before is not None:
            before.tail = f"{before.tail or ''}{text}"
        else:
            parent.text = f"{parent.text or ''}{text}"
        parent.remove(inner)
        return cleaned(markup(copy))


def markup(element) -> str:
    """What is inside an element, as HTML without namespaces."""
    for one in element.iter():
        if isinstance(one.tag, str):
            one.tag = local(one)
    etree.cleanup_namespaces(element)
    text = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    return text.partition(">")[2].rpartition("</")[0]


def _parts(elements, letter: str) -> tuple[list[dict], dict[str, str]]:
    if len(elements) > MOST_OPTIONS:
        raise ValidationError(f"选项不能超过{MOST_OPTIONS}个。", code="options")
    names = {element.get("identifier"): f"{letter}{place}" for place, element in enumerate(elements, start=1)}
    parts = []
    for element in elements:
        part = {"id": names[element.get("identifier")], "html": cleaned(markup(element))}
        parts.append(part | ({"fixed": True} if element.get("fixed") == "true" else {}))
    return parts, names


def _weights(item: Item, identifiers: list[str]) -> dict[str, str]:
    """A mapping as shares of what all right ones earn together; without one, the correct response."""
    if item.mapped:
        whole = sum(value for value in item.mapped.values() if value > 0) or Decimal(1)
        return {one: _plain_number(item.mapped.get(one, Decimal(0)) / whole) for one in identifiers}
    each = Decimal(1) / max(len(item.correct), 1)
    return {one: _plain_number(each if one in item.correct else Decimal(0)) for one in identifiers}


def _plain_number(value: Decimal) -> str:
    return format(max(min(value, Decimal(1)), Decimal(-1)).quantize(Decimal("0.00001")).normalize(), "f")


def _choice(item: Item) -> dict:
    return _options(item, children(item.interaction, "simpleChoice"), item.stem())


def _inline_choice(item: Item) -> dict:
    return _options(item, children(item.interaction, "inlineChoice"), item.stem("____"))


def _options(item: Item, elements, stem: str) -> dict:
    cardinality = item.declaration.get("cardinality") if item.declaration is not None else "single"
    is_single = cardinality == "single"
    options, names = _parts(elements, "o")
    weights = {one: "1" if one in item.correct else "0" for one in names} if is_single else _weights(item, list(names))
    if is_single and item.mapped:
        weights |= {one: _plain_number(value) for one, value in item.mapped.items() if one in names}
        weights |= {one: "1" for one in item.correct if one in names}
    for identifier, one in names.items():
        next(option for option in options if option["id"] == one)["weight"] = weights[identifier]
    return {"type": "single" if is_single else "multiple", "stem": stem, "options": options}


def _order(item: Item) -> dict:
    items, names = _parts(children(item.interaction, "simpleChoice"), "i")
    return {"type": "ordering", "stem": item.stem(), "items": items, "order": [names[one] for one in item.correct]}


def _match(item: Item) -> dict:
    left, right = (children(part, "simpleAssociableChoice") for part in children(item.interaction, "simpleMatchSet"))
    prompts, lefts = _parts(left, "p")
    targets, rights = _parts(right, "t")
    pairs = [pair.split() for pair in item.correct]
    if (
        any(len(pair) != 2 for pair in pairs)
        or len({pair[0] for pair in pairs}) != len(prompts)
        or len(pairs) != len(prompts)
    ):
        raise ValidationError("每个左侧项要有且只有一个对应项。", code="key")
    matches = {lefts[one]: rights[other] for one, other in pairs}
    weights = _weights(item, [f"{one} {other}" for one, other in pairs])
    weighed = {lefts[one]: weights[f"{one} {other}"] for one, other in pairs} if item.mapped else {}
    for prompt in prompts:
        prompt["match"] = matches[prompt["id"]]
        if weighed:
            prompt["weight"] = weighed[prompt["id"]]
    return {"type": "matching", "stem": item.stem(), "prompts": prompts, "targets": targets}


def _text_entry(item: Item) -> dict:
    best = max(item.mapped.values(), default=Decimal(1)) or Decimal(1)
    accepted = {one: _plain_number(value / best) for one, value in item.mapped.items()}
    accepted |= dict.fromkeys(item.correct, "1")
    is_cased = len({text.casefold() for text in accepted}) < len(accepted)
    blank: dict = {"id": "1", "accepted": [{"text": text, "weight": weight} for text, weight in accepted.items()]}
    return {
        "type": "fill_in", "stem": item.stem("{{1}}"),
        "blanks": [blank | ({"is_case_sensitive": True} if is_cased else {})],
    }  # fmt: skip


def _extended_text(item: Item) -> dict:
    return {"type": "short_answer", "stem": item.stem()}


READERS: dict[str, Callable[[Item], dict]] = {
    "choiceInteraction": _choice, "inlineChoiceInteraction": _inline_choice, "orderInteraction": _order,
    "matchInteraction": _match, "textEntryInteraction": _text_entry, "extendedTextInteraction": _extended_text,
}  # fmt: skip
