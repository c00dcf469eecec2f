"""The nine kinds of question. One small module each, alike in shape:

CODE, LABEL      what it is called in files and on screens
IS_OBJECTIVE     False where people mark it
validate(content)             ValidationError with the field's name if it is not a question of this kind
public(content)               what a candidate may see: never a key, a weight, a feedback, a reference
shuffled(content, rng)        the same question with its parts in another order under new ids
check_answer(content, answer) ValidationError("tampered" | "too_long") for what no page of ours sends
score(content, answer, marks, policy)  Decimal marks, or None where people mark it
key(content)                  the answer that earns full marks (None where there is none)
canaried(content, mark)       a copy whose every secret text contains `mark`, for tests of what leaves the house

A content is plain JSON with "type" and "stem" (cleaned HTML). Numbers are strings: no float touches a mark.
"""

from exams.bank.types import (
    case,
    fill_in,
    matching,
    multiple,
    numeric,
    ordering,
    short_answer,
    single,
    true_false,
)
from exams.bank.types.registry import TYPES, of, register

for _module in (single, multiple, true_false, fill_in, numeric, matching, ordering, short_answer, case):
    register(_module)

LABELS = {code: module.LABEL for code, module in TYPES.items()}

__all__ = ["LABELS", "TYPES", "of"]
