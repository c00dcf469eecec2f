"""A candidate who writes without pause and notes what was acknowledged."""

import http.client
import json
import time
from dataclasses import dataclass, field
from threading import Event, Thread

WAIT, PATIENCE = 30, 0.05


@dataclass
class Writer:
    """`acknowledged` holds (slot, rev, answer) of every 200; `statuses` every answer that came.

    With `deaf_every` n, each nth answer is not listened to: stored perhaps, and never heard of.
    """

    port: int
    token: str
    attempt: int
    deaf_every: int = 0
    acknowledged: list = field(default_factory=list)
    statuses: list = field(default_factory=list)
    line: http.client.HTTPConnection | None = None

    def write(self, stop: Event, most: int = 10**9) -> None:
        for number in range(most):
            if stop.is_set():
                return
            self.put(number % 3 + 1, number // 3 + 1, {"1": f"第{number}次"}, stop)

    def put(self, slot: int, rev: int, answer, stop: Event) -> None:
        """Again and again, as the page does, until it is acknowledged."""
        body = json.dumps({"answers": [{"slot": slot, "rev": rev, "answer": answer}]})
        if self.deaf_every and (len(self.acknowledged) + 1) % self.deaf_every == 0:
            self._send(body)
            time.sleep(PATIENCE)
            self._hang_up()
        while not stop.is_set():
            status, told = self._ask(body)
            if status == 200 and told["answers"][0]["stored"]:
                self.acknowledged.append((slot, rev, answer))
                return
            time.sleep(PATIENCE)

    def _ask(self, body: str) -> tuple[int, dict]:
        try:
            self._send(body)
            answer = self.line.getresponse()
            status, text = answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self._hang_up()
            return 0, {}
        self.statuses.append(status)
        return status, json.loads(text) if status < 500 else {}

    def _send(self, body: str) -> None:
        if self.line is None:
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)
        headers = {"Content-Type": "application/json", "X-Attempt": self.token, "Host": "localhost"}
        self.line.request("POST", "/answers/", body, headers)

    def _hang_up(self) -> None:
        if self.line:
            self.line.close()
        self.line = None


def while_writing(writers: list[Writer], act, most: int = 10**9) -> None:
    """Do something while all of them write; afterwards each finishes what it has in hand."""
    stop = Event()
    threads = [Thread(target=one.write, args=(stop, most)) for one in writers]
    for thread in threads:
        thread.start()
    act()
    if most == 10**9:
        stop.set()
    for thread in threads:
        thread.join()


def lost(plant, writers: list[Writer]) -> int:
    """How many acknowledged answers the database does not hold, or holds twice, or does not count though newest."""
    missing = 0
    for writer in writers:
        rows = plant.ask(
            "SELECT slot, rev, payload FROM sittings_answerevent WHERE attempt_id = %s AND kind = 1", writer.attempt
        )
        kept = {(slot, rev): payload for slot, rev, payload in rows}
        assert len(kept) == len(rows)
        missing += sum(kept.get((slot, rev)) != answer for slot, rev, answer in writer.acknowledged)
        newest: dict = {}
        for slot, rev in kept:
            newest[slot] = max(newest.get(slot, 0), rev)
        counted = plant.ask("SELECT slot, rev FROM sittings_answer WHERE attempt_id = %s", writer.attempt)
        assert dict(counted) == newest
    return missing
