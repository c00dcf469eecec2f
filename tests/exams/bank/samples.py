"""One question of every type, and a Hypothesis strategy for any of them."""

from decimal import Decimal

from hypothesis import strategies as st

WORDS = (
    st.text(alphabet="执法处罚程序文书证据当事人abcXYZ 019，。；？", min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)


def option(one, html, weight="0", **more):
    return {"id": one, "html": html, "weight": weight, **more}


def single():
    options = [
        option("a", "县级以上", feedback="再看第二十条。"),
        option("b", "设区的市级", "1"),
        option("c", "乡镇级"),
    ]
    return {"type": "single", "stem": "<p>由哪一级管辖？</p>", "options": options, "feedback": "见条文。"}


def multiple():
    options = [option("a", "警告", "0.5"), option("b", "罚款", "0.5"), option("c", "记过", "-1")]
    return {"type": "multiple", "stem": "下列属于行政处罚的有", "options": options}


def true_false():
    return {"type": "true_false", "stem": "当事人有权陈述和申辩。", "answer": True, "feedback": "第四十五条。"}


def fill_in():
    accepted = [{"text": "二", "weight": "1"}, {"text": "两", "weight": "0.5"}]
    blanks = [{"id": "1", "accepted": accepted}, {"id": "2", "accepted": [{"text": "执法证*", "weight": "1"}]}]
    return {"type": "fill_in", "stem": "不少于{{1}}人，并出示{{2}}。", "blanks": blanks}


def numeric():
    answers = [{"value": "5", "tolerance": "0", "weight": "1"}, {"value": "5", "tolerance": "2", "weight": "0.5"}]
    return {"type": "numeric", "stem": "应在几日内告知？", "answers": answers, "unit": "日"}


def matching():
    prompts = [{"id": "p1", "html": "警告", "match": "t1"}, {"id": "p2", "html": "拘留", "match": "t2"}]
    targets = [{"id": f"t{n}", "html": text} for n, text in enumerate(["声誉罚", "人身罚", "财产罚"], start=1)]
    return {"type": "matching", "stem": "把处罚与种类对应", "prompts": prompts, "targets": targets}


def ordering():
    items = [{"id": f"i{n}", "html": text} for n, text in enumerate(["立案", "调查", "告知", "决定"], start=1)]
    return {"type": "ordering", "stem": "按程序排序", "items": items, "order": ["i1", "i2", "i3", "i4"]}


def short_answer():
    rubric = [{"text": "主体", "share": "0.4"}, {"text": "程序", "share": "0.6"}]
    return {"type": "short_answer", "stem": "简述一般程序。", "reference": "立案、调查、告知、决定。", "rubric": rubric}


def case():
    parts = [{**single(), "share": "0.4"}, {**short_answer(), "share": "0.6"}]
    return {"type": "case", "stem": "某日，执法人员巡查时……", "parts": parts, "feedback": "综合题。"}


SAMPLES = {
    make.__name__: make
    for make in (single, multiple, true_false, fill_in, numeric, matching, ordering, short_answer, case)
}


def _parts(letter, texts, **more):
    return [{"id": f"{letter}{n}", "html": text, **more} for n, text in enumerate(texts, start=1)]


@st.composite
def objective_questions(draw):
    """Any question a machine marks."""
    kind = draw(st.sampled_from(["single", "multiple", "true_false", "matching", "ordering", "numeric", "fill_in"]))
    stem = draw(WORDS)
    if kind == "true_false":
        return {"type": kind, "stem": stem, "answer": draw(st.booleans())}
    if kind == "numeric":
        value = draw(st.decimals(-1000, 1000, places=2, allow_nan=False))
        return {"type": kind, "stem": stem, "answers": [{"value": str(value), "tolerance": "0.5", "weight": "1"}]}
    if kind == "fill_in":
        accepted = [{"text": draw(WORDS), "weight": "1"}]
        return {"type": kind, "stem": f"{stem}{{{{1}}}}", "blanks": [{"id": "1", "accepted": accepted}]}
    texts = draw(st.lists(WORDS, min_size=2, max_size=6))
    if kind == "ordering":
        items = _parts("i", texts)
        return {"type": kind, "stem": stem, "items": items, "order": draw(st.permutations([i["id"] for i in items]))}
    if kind == "matching":
        targets = _parts("t", texts)
        ids = st.sampled_from([target["id"] for target in targets])
        prompts = [
            {**prompt, "match": draw(ids)} for prompt in _parts("p", draw(st.lists(WORDS, min_size=2, max_size=5)))
        ]
        return {"type": kind, "stem": stem, "prompts": prompts, "targets": targets}
    options = _parts("o", texts, weight="0")
    right = draw(
        st.sets(st.integers(0, len(options) - 1), min_size=1, max_size=1 if kind == "single" else len(options))
    )
    share = str((Decimal(1) / len(right)).quantize(Decimal("0.00001")))
    for place in right:
        options[place]["weight"] = "1" if len(right) == 1 else share
    return {"type": kind, "stem": stem, "options": options}
