"""Chance that can be had again: the same seed gives the same order on any machine and any version of Python."""

from collections.abc import Iterator
from hashlib import sha256

WORD = 8


class Chance:
    """A stream of numbers from SHA-256 over a seed and a counter."""

    def __init__(self, *seed: object):
        self.seed = ":".join(str(one) for one in seed).encode()
        self._words = self._stream()

    def _stream(self) -> Iterator[int]:
        counter = 0
        while True:
            block = sha256(self.seed + b"#%d" % counter).digest()
            yield from (int.from_bytes(block[start : start + WORD]) for start in range(0, len(block), WORD))
            counter += 1

    def below(self, most: int) -> int:
        """A number from 0 to most − 1, each as likely as the others."""
        limit = 256**WORD - 256**WORD % most
        while (word := next(self._words)) >= limit:
            pass
        return word % most

    def shuffle(self, items: list) -> None:
        for place in range(len(items) - 1, 0, -1):
            other = self.below(place + 1)
            items[place], items[other] = items[other], items[place]
