"""How figures are put for people."""

NOT_AVAILABLE = "不可用"


def shown(figure: float | None, places: int = 3) -> str:
    """A coefficient as one reads it; the sign of what is negative is a true minus."""
    if figure is None:
        return NOT_AVAILABLE
    text = f"{abs(figure):.{places}f}"
    return f"−{text}" if figure < 0 and float(text) else text


def rate(part: int, whole: int) -> str:
    """A percentage with the numbers it comes from."""
    return f"{100 * part / whole:.1f}%（{part:,}/{whole:,}）" if whole else NOT_AVAILABLE


def odds(chance: float) -> str:
    """How seldom, as one in so many; what no number can tell is said."""
    return f"1/{round(1 / chance):,}" if chance > 1e-15 else "极小"
