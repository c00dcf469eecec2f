"""What offices call the columns and values of a sheet of questions."""

import re
import unicodedata

TRUE_FALSE, SINGLE, MULTIPLE = "true_false", "single", "multiple"
HEADINGS = {
    "stem": "题干 题目 题目内容 试题 试题内容 问题 题目（必填）",
    "type": "题型 试题类型 题目类型 题目分类",
    "answer": "答案 正确答案 正确选项 标准答案 参考答案 正确选项（必填）",
    "analysis": "解析 题目解析 试题解析 答案解析 整题解析",
    "difficulty": "难度 难度等级 题目难度 难度系数",
    "topic": "专题 章节 知识点 知识点名称 所属范围 题库名 岗位类型",
    "name": "题目标题 标题",
    "options": "选项",
    "codes": "事项代码 执法事项",
    "level": "等级 能力等级",
    "article": "条款 法条 依据条款",
    "content": "扩展内容",
    "number": "序号 编号",
}
KINDS = {
    "single": "单选题 单项选择题 单选 选择题",
    "multiple": "多选题 多项选择题 多选 不定项选择题",
    "true_false": "判断题 是非题 判断 对错题",
    "fill_in": "填空题 填空",
    "numeric": "数值题 计算题",
    "matching": "连线题 匹配题 配对题",
    "ordering": "排序题",
    "short_answer": "简答题 论述题 问答题 简答",
    "case": "案例分析题 案例题 案例分析",
}
RIGHT = "对 正确 √ ✓ ✔ 是 T TRUE A 1 Y YES"
WRONG = "错 错误 × ✗ ✘ X 否 F FALSE B 0 N NO"
DIFFICULTY = {
    "1": "易 容易 简单 很易 1",
    "2": "较易 2",
    "3": "中 中等 一般 适中 3",
    "4": "较难 4",
    "5": "难 困难 很难 5",
}
LEVELS = {"BASIC": "基础 初级", "INTERMEDIATE": "中级", "ADVANCED": "高级"}
OPTION = re.compile(r"选项([A-Z])(?:（必填）|\(必填\))?")
OUTER = re.compile(r"（必填）|\(必填\)")


def folded(text: str) -> str:
    """Full-width forms and spaces do not matter in a heading or a code word."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _table(words: dict[str, str]) -> dict[str, str]:
    return {folded(word): code for code, several in words.items() for word in several.split()}


_HEADINGS, _KINDS, _DIFFICULTY, _LEVELS = _table(HEADINGS), _table(KINDS), _table(DIFFICULTY), _table(LEVELS)
_TRUTH = {folded(word): True for word in RIGHT.split()} | {folded(word): False for word in WRONG.split()}


def column(heading: str) -> str | None:
    """Our name for a column ("option:C" for a lettered one), None for one nobody knows."""
    text = folded(heading)
    if found := OPTION.fullmatch(text):
        return f"option:{found[1]}"
    return _HEADINGS.get(text) or _HEADINGS.get(folded(OUTER.sub("", heading)))


def kind(text: str) -> str | None:
    return _KINDS.get(folded(text))


def truth(text: str) -> bool | None:
    return _TRUTH.get(folded(text))


def difficulty(text: str) -> int | None:
    found = _DIFFICULTY.get(folded(text))
    return int(found) if found else None


def level(text: str) -> str | None:
    return _LEVELS.get(folded(text))


def letters(text: str) -> list[str]:
    """ABD, A、B、D, "a,b", full-width letters, in the order written."""
    plain = re.sub(r"[\s,，、;；|/。.]+", "", unicodedata.normalize("NFKC", text)).upper()
    return list(plain) if re.fullmatch(r"[A-Z]+", plain) else []
