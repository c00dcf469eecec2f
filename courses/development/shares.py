"""How a hundred percent is divided among those who made something."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from django.core.exceptions import ValidationError

WHOLE, STEP = Decimal(100), Decimal("0.01")


def even_shares(people: int, lead_percent: Decimal) -> list[Decimal]:
    """The lead's part, and the rest in equal parts; the last takes what does not divide."""
    if people == 1:
        return [WHOLE]
    rest = WHOLE - lead_percent
    each = (rest / (people - 1)).quantize(STEP, ROUND_DOWN)
    return [lead_percent, *[each] * (people - 2), rest - each * (people - 2)]


def check_shares(shares: Sequence[Decimal], leads: Sequence[bool], lead_percent: Decimal) -> None:
    """Raises ValidationError unless one leads, all make a hundred, and the lead has what the rule gives."""
    if not shares:
        raise ValidationError("请先填写署名和份额。", code="no_contributors")
    if sum(leads) != 1:
        raise ValidationError("须有且只有一名主创。", code="one_lead")
    if any(share <= 0 for share in shares):
        raise ValidationError("每人的份额应大于0。", code="share_zero")
    if sum(shares) != WHOLE:
        raise ValidationError(f"份额合计为{sum(shares).normalize():f}%，应为100%。", code="share_sum")
    lead = next(share for share, leads_it in zip(shares, leads, strict=True) if leads_it)
    if len(shares) > 1 and lead != lead_percent:
        words = f"主创的份额应为{lead_percent.normalize():f}%，其余{(WHOLE - lead_percent).normalize():f}%由团队分配。"
        raise ValidationError(words, code="lead_share")
