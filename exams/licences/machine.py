"""What may become of a 行政执法证 and of an application for one: (from, verb) → to. Whatever is not here is refused."""

from collections.abc import Mapping

Table = Mapping[tuple[str, str], str]
IN_FORCE = ("ISSUED", "RENEWAL_DUE")
UNDER_WAY = ("APPLIED", "UNIT_REVIEWED", "BUREAU_REVIEWED", "SUBMITTED")
OPEN_BEFORE_ISSUE = ("NOT_HELD", "ELIGIBLE", *UNDER_WAY)
HELD = (*IN_FORCE, "SUSPENDED", "LOST")
ENDED = ("CANCELLED", "REVOKED")


def _all(states: tuple[str, ...], verb: str, to: str) -> dict[tuple[str, str], str]:
    return {(state, verb): to for state in states}


CERTIFICATE: Table = {
    ("NOT_HELD", "qualify"): "ELIGIBLE",
    ("ELIGIBLE", "disqualify"): "NOT_HELD",
    ("ELIGIBLE", "apply"): "APPLIED",
    ("APPLIED", "review"): "UNIT_REVIEWED",
    ("UNIT_REVIEWED", "approve"): "BUREAU_REVIEWED",
    ("BUREAU_REVIEWED", "submit"): "SUBMITTED",
    ("SUBMITTED", "issue"): "ISSUED",
    ("APPLIED", "withdraw"): "ELIGIBLE",
    **_all(UNDER_WAY, "return", "ELIGIBLE"),
    ("ISSUED", "fall_due"): "RENEWAL_DUE",
    ("RENEWAL_DUE", "renew"): "ISSUED",
    **_all(IN_FORCE, "suspend", "SUSPENDED"),
    ("SUSPENDED", "resume"): "ISSUED",
    **_all(IN_FORCE, "report_lost", "LOST"),
    ("LOST", "reissue"): "ISSUED",
    **_all(HELD, "cancel", "CANCELLED"),
    **_all(HELD, "revoke", "REVOKED"),
}
# An application for a certificate that is held already goes the same way by itself; the certificate waits.
APPLICATION: Table = {
    ("APPLIED", "review"): "UNIT_REVIEWED",
    ("UNIT_REVIEWED", "approve"): "BUREAU_REVIEWED",
    ("BUREAU_REVIEWED", "submit"): "SUBMITTED",
    **{("SUBMITTED", verb): "DONE" for verb in ("issue", "renew", "reissue")},
    ("APPLIED", "withdraw"): "WITHDRAWN",
    **_all(UNDER_WAY, "return", "RETURNED"),
    **_all(UNDER_WAY, "lapse", "WITHDRAWN"),
}
# From which state each kind is applied for, and by which verb it ends.
STARTS = {"FIRST": "ELIGIBLE", "RENEWAL": "RENEWAL_DUE", "REISSUE": "LOST"}
ENDS = {"FIRST": "issue", "RENEWAL": "renew", "REISSUE": "reissue"}
VERBS = tuple(dict.fromkeys(verb for _, verb in CERTIFICATE))


def after(table: Table, state: str, verb: str) -> str | None:
    """The state a verb leads to, or None where it is not allowed."""
    return table.get((state, verb))
