"""Which of many are looked at more closely: drawn by a hash, so that nobody can choose or draw again."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from hashlib import sha256


def needed(count: int, percent: Decimal) -> int:
    """At least one of any."""
    return max(int((count * percent / 100).to_integral_value(ROUND_CEILING)), 1) if count else 0


def drawn(seeds: Mapping[int, str], already: set[int], percent: Decimal) -> set[int]:
    """Those to be looked at, with those drawn before. A seed says what was handed in, and when."""
    more = max(needed(len(seeds), percent) - len(already & set(seeds)), 0)
    order = sorted(set(seeds) - already, key=lambda pk: sha256(f"{pk}:{seeds[pk]}".encode()).digest())
    return (already & set(seeds)) | set(order[:more])
