"""One candidate's browser, without the browser. Knows nothing of Django: it runs in processes of its own."""

import http.client
import json
import re
import time
from urllib.parse import urlencode

TOKEN = re.compile(r'data-token="([^"]+)"')
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CHOICE = re.compile(r'name="(q\d+)" value="([^"]+)"')
PAGES, QUESTIONS_A_PAGE, SAVES_A_PAGE = 5, 10, 2
WAIT = 60


class Caller:
    """Keeps its cookies and one connection, and notes each request as (what, seconds, status)."""

    def __init__(self, port: int, session: str = "", cookie_name: str = "sessionid"):
        self.port, self.cookies, self.noted = port, {cookie_name: session} if session else {}, []
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT)

    def ask(self, what: str, method: str, address: str, body: str = "", **headers):
        headers = {"Host": "localhost", "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **headers}
        begun = time.perf_counter()
        try:
            status, text, location = self._ask(method, address, body, headers)
        except (OSError, http.client.HTTPException):
            self.line.close()
            status, text, location = self._ask(method, address, body, headers)
        self.noted.append((what, time.perf_counter() - begun, status))
        return text, location

    def _ask(self, method, address, body, headers):
        self.line.request(method, address, body.encode(), headers)
        answer = self.line.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";")[0]
        return answer.status, text, answer.headers.get("Location", "")

    def get(self, what: str, address: str) -> str:
        return self.ask(what, "GET", address)[0]

    def post(self, what: str, address: str, fields: dict) -> str:
        """Where it leads."""
        fields = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", ""), **fields}
        return self.ask(
            what, "POST", address, urlencode(fields), **{"Content-Type": "application/x-www-form-urlencoded"}
        )[1]

    def save(self, token: str, slot: int, rev: int, answer, address: str = "/answers/") -> dict:
        body = json.dumps({"answers": [{"slot": slot, "rev": rev, "answer": answer}]})
        headers = {"Content-Type": "application/json", "X-Attempt": token}
        return json.loads(self.ask("save", "POST", address, body, **headers)[0])


def found(pattern: re.Pattern, html: str) -> str:
    """What a page must hold; AttributeError tells of one that does not."""
    return pattern.search(html).group(1)  # type: ignore[union-attr]


def sit(port: int, account: str, candidate: int, password: str) -> list:
    """A whole attempt: sign in, find the exam, begin, five pages each with two saves and a hand-over, finish, review."""
    caller, place = Caller(port), f"/exams/{candidate}/"
    form = caller.get("login_form", "/accounts/login/?next=/exams/")
    caller.cookies["csrftoken"] = caller.cookies.get("csrftoken") or found(CSRF, form)
    fields = {"login": account, "password": password, "next": "/exams/", "csrfmiddlewaretoken": found(CSRF, form)}
    caller.post("login", "/accounts/login/", fields)
    caller.get("course", "/exams/")
    room = caller.get("exam", place)
    caller.post("start", f"{place}start/", {"plain": "1", "csrfmiddlewaretoken": found(CSRF, room)})
    for page in range(1, PAGES + 1):
        _answer_page(caller, place, page)
    caller.get("summary", f"{place}summary/")
    caller.post("finish", f"{place}hand-in/", {"csrfmiddlewaretoken": found(CSRF, room)})
    caller.get("review", f"{place}review/")
    caller.line.close()
    return caller.noted


def _answer_page(caller: Caller, place: str, page: int) -> None:
    html = caller.get("page", f"{place}paper/?page={page}")
    choices = {}
    for name, value in CHOICE.findall(html):
        choices.setdefault(name, []).append(value)
    chosen = {name: values[page % len(values)] for name, values in choices.items()}
    token = found(TOKEN, html)
    for name in list(chosen)[:SAVES_A_PAGE]:
        told = caller.save(token, int(name[1:]), 1, chosen[name])
        assert told["code"] == "stored", told
    onward = str(page + 1) if page < PAGES else "summary"
    caller.post(
        "page_submit",
        f"{place}paper/?page={page}",
        {**chosen, "to": onward, "csrfmiddlewaretoken": found(CSRF, html)},
    )
