"""Questions made of articles of two public laws, quoted word for word; the quotations stand in articles.json.

In a text, [[答案|干扰项|…]] is a place that can be asked for: first what the law says, then what it does not.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path

QUOTATIONS = json.loads((Path(__file__).parent / "articles.json").read_text(encoding="utf-8"))
LAWS = {"PENALTIES": "中华人民共和国行政处罚法", "COERCION": "中华人民共和国行政强制法"}
GAP = re.compile(r"\[\[(.+?)\]\]")
BLANK = "（　　）"
NUMBERS = {"一": "1", "二": "2", "两": "2", "三": "3", "五": "5", "七": "7", "十": "10", "十四": "14", "十五": "15",
           "十八": "18", "三十": "30", "六十": "60", "九十": "90", "一百": "100", "二百": "200", "三千": "3000"}  # fmt: skip


@dataclass(frozen=True)
class Article:
    law: str
    article: str
    topic: str
    text: str

    @property
    def name(self) -> str:
        return f"《{LAWS[self.law]}》{self.article}"

    @cached_property
    def words(self) -> str:
        return GAP.sub(lambda found: found[1].split("|")[0], self.text)

    @property
    def gaps(self) -> list[list[str]]:
        return [found.split("|") for found in GAP.findall(self.text)]

    def asked(self, place: int, blank: str = BLANK) -> str:
        """The article with one of its places left open."""
        places = count()
        return GAP.sub(lambda found: blank if next(places) == place else found[1].split("|")[0], self.text)


@dataclass(frozen=True)
class Quoted:
    """A question and the articles it quotes; `article` is what stands under it as the cited one."""

    content: dict
    laws: tuple[str, ...]
    article: str
    topic: str


ARTICLES = tuple(Article(**one) for one in QUOTATIONS["articles"])


def quoted_questions(seed: int = 0) -> Iterator[Quoted]:
    """As many as are asked for, all different: first what each article gives, then comparisons drawn by chance."""
    chance = random.Random(seed)  # noqa: S311 - drills, no secrets
    first = [*_of_articles(), *_of_lists()]
    chance.shuffle(first)
    yield from first
    seen: set[str] = set()
    for turn in count():
        one = (_matched, _sorted_by_law, _found)[turn % 3](chance)
        known = json.dumps(one.content, ensure_ascii=False, sort_keys=True)
        if known not in seen:
            seen.add(known)
            yield one


def _of_articles() -> Iterator[Quoted]:
    for one in ARTICLES:
        contents = [content for place, gap in enumerate(one.gaps) for content in _of_gap(one, place, gap)]
        for content in [*contents, _recalled(one)]:
            yield Quoted({**content, "feedback": f"{one.name}：“{one.words}”"}, (one.law,), one.article, one.topic)


def _of_gap(one: Article, place: int, gap: list[str]) -> Iterator[dict]:
    right, *wrong = gap
    stem = f"{one.name}：“{one.asked(place)}”"
    yield {"type": "single", "stem": f"{stem}括号内应为", "options": _options([right], wrong)}
    accepted = [{"text": right, "weight": "1"}]
    blank = f"{one.name}：“{one.asked(place, '{{1}}')}”"
    yield {"type": "fill_in", "stem": blank, "blanks": [{"id": "1", "accepted": accepted}]}
    for word in gap[:2]:
        yield {"type": "true_false", "stem": f"{stem}括号内的原文是“{word}”。", "answer": word == right}
    if right in NUMBERS:
        answers = [{"value": NUMBERS[right], "tolerance": "0", "weight": "1"}]
        yield {"type": "numeric", "stem": f"{stem}括号内的数字是多少？（用阿拉伯数字作答）", "answers": answers}


def _recalled(one: Article) -> dict:
    begin = one.words[:8]
    rubric = [{"text": "条文要点完整", "share": "0.6"}, {"text": "用语与原文一致", "share": "0.4"}]
    stem = f"写出{one.name}的内容（以“{begin}”起）。"
    return {"type": "short_answer", "stem": stem, "reference": one.words, "rubric": rubric}


def _of_lists() -> Iterator[Quoted]:
    for one in QUOTATIONS["lists"]:
        for left_out in one["others"]:
            others = [text for text in one["others"] if text != left_out]
            stem = f"下列属于《{LAWS[one['law']]}》{one['article']}所列“{one['what']}”的有"
            content = {"type": "multiple", "stem": stem, "options": _options(one["listed"], others)}
            yield Quoted({**content, "feedback": _listed(one)}, (one["law"],), one["article"], one["topic"])
    for one in QUOTATIONS["orders"]:
        items = [{"id": f"i{place}", "html": text} for place, text in enumerate(one["items"], start=1)]
        stem = f"《{LAWS[one['law']]}》{one['article']}：{one['what']}。"
        content = {"type": "ordering", "stem": stem, "items": items, "order": [item["id"] for item in items]}
        yield Quoted(content, (one["law"],), one["article"], one["topic"])


def _listed(one: dict) -> str:
    return f"《{LAWS[one['law']]}》{one['article']}列明：{'；'.join(one['listed'])}。"


def _matched(chance: random.Random) -> Quoted:
    """Four short articles of one law, to be put to their numbers."""
    law = chance.choice(list(LAWS))
    chosen = chance.sample([one for one in ARTICLES if one.law == law and len(one.words) < 70], 4)
    prompts = [{"id": f"p{n}", "html": one.words, "match": f"t{n}"} for n, one in enumerate(chosen, start=1)]
    targets = [{"id": f"t{n}", "html": one.article} for n, one in enumerate(chosen, start=1)]
    stem = f"下列均为《{LAWS[law]}》的原文，把每一段与它的条号对应。"
    content = {"type": "matching", "stem": stem, "prompts": prompts, "targets": targets}
    return Quoted(content, (law,), "、".join(one.article for one in chosen), chosen[0].topic)


def _sorted_by_law(chance: random.Random) -> Quoted:
    """Articles of both laws, of which those of one are to be named."""
    wanted, other = chance.sample(list(LAWS), 2)
    short = [one for one in ARTICLES if len(one.words) < 90]
    right = chance.sample([one for one in short if one.law == wanted], chance.randint(2, 3))
    wrong = chance.sample([one for one in short if one.law == other], 2)
    options = _options([one.words for one in right], [one.words for one in wrong])
    content = {"type": "multiple", "stem": f"下列原文中，出自《{LAWS[wanted]}》的有", "options": options,
               "feedback": "；".join(f"“{one.words}”出自{one.name}" for one in [*right, *wrong]) + "。"}  # fmt: skip
    return Quoted(content, (wanted, other), "、".join(one.article for one in right), right[0].topic)


def _found(chance: random.Random) -> Quoted:
    """Four short articles of one law, of which one is asked for by its number."""
    law = chance.choice(list(LAWS))
    one, *others = chance.sample([one for one in ARTICLES if one.law == law and len(one.words) < 90], 4)
    options = _options([one.words], [other.words for other in others])
    content = {"type": "single", "stem": f"下列原文中，出自{one.name}的是", "options": options,
               "feedback": f"{one.name}：“{one.words}”"}  # fmt: skip
    return Quoted(content, (law,), one.article, one.topic)


def _options(right: list[str], wrong: list[str]) -> list[dict]:
    """Sorted by their text, so that a place says nothing."""
    share = str(round(1 / len(right), 5)) if len(right) > 1 else "1"
    texts = sorted([*right, *wrong])
    return [
        {"id": "abcdefghijklm"[place], "html": text, "weight": share if text in right else "0"}
        for place, text in enumerate(texts)
    ]
