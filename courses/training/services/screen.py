"""What the classroom's screen shows at a moment."""

from datetime import datetime

import segno
from django.utils import timezone

from courses.training.models import Attendance, ClassSession
from courses.training.services.attendance import terms_of
from courses.training.services.roll_call import learners
from courses.training.sign_code import SHORT, begin_of, code_of, window_of

LAST = 12


def phase_at(session: ClassSession, now: datetime) -> str:
    terms = terms_of(session)
    if session.is_cancelled or session.training_class.state == "CANCELLED":
        return "CANCELLED"
    return "BEFORE" if now < terms.opens_at else "OPEN" if now <= terms.closes_at else "AFTER"


def screen_state(session: ClassSession, now: datetime, url_of) -> dict:
    """`url_of(code)` is what the QR opens. The code is only there while one can sign in with it."""
    terms, phase = terms_of(session), phase_at(session, now)
    window = window_of(now, terms.seconds)
    signed = (
        Attendance.objects.filter(session=session).credited().select_related("enrollment__officer", "enrollment__guest")
    )
    names = [row.enrollment.name for row in signed.order_by("-received_at", "-pk")[:LAST]]
    state = {
        "phase": phase, "now": now.isoformat(), "seconds": terms.seconds, "seated": learners(session).count(),
        "present": signed.count(), "names": names, "qr": "", "typed": "",
        "left": (begin_of(window + 1, terms.seconds) - now).total_seconds(),
    }  # fmt: skip
    if phase == "OPEN":
        code = code_of(session.pk, window)
        state |= {"qr": drawn(url_of(code)), "typed": f"{code[: SHORT // 2]} {code[SHORT // 2 : SHORT]}"}
    return state


def drawn(url: str) -> str:
    """As SVG without styles, black on white for any projector."""
    return segno.make(url, error="m").svg_inline(border=2, dark="#000", light="#fff", omitsize=True, svgclass=None)


def hours_of_signing(session: ClassSession) -> dict:
    terms = terms_of(session)
    return {name: timezone.localtime(getattr(terms, name)) for name in ("opens_at", "late_after", "closes_at")}
