"""Random activities as claims, and what the pure functions make of them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from lms.ledger.services.posting import Claim

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 2, tzinfo=SHANGHAI)
MINUTES = st.sampled_from([0, 5, 15, 16, 29, 30, 45])
QUANTITIES = {
    "R05": st.fixed_dictionaries({"minutes": MINUTES, "test_passed": st.booleans()}),
    "R07": st.fixed_dictionaries({"half_days": st.integers(0, 3)}),
    "R10": st.fixed_dictionaries({"delivered_hours": st.sampled_from(["1", "2.5", "4"])}),
    "R11": st.fixed_dictionaries({"output": st.sampled_from(["video", "case", "question"])}),
    "R16": st.fixed_dictionaries({"units_of_45_minutes": st.sampled_from(["0.4", "1", "2.7"])}),
    "R17": st.fixed_dictionaries({"actual_hours": st.sampled_from(["0.375", "1.2", "6"])}),
}


@st.composite
def claims(draw):
    rule = draw(st.sampled_from(sorted(QUANTITIES)))
    at = START + timedelta(days=draw(st.integers(0, 3)), minutes=draw(st.sampled_from([5 * 60, 600, 1319, 1320, 1439])))
    layer = draw(st.sampled_from(["ONLINE", "UNIT", "TEAM"]))
    category = draw(st.sampled_from(["LAW", "LAW", "POLITICS"]))
    return Claim(rule, "", "活动", layer, at, draw(QUANTITIES[rule]), category=category)


def numbered(found) -> list[Claim]:
    return [Claim(**{**claim.__dict__, "evidence": f"test:{number}"}) for number, claim in enumerate(found)]


def as_counted(entry) -> tuple:
    return (
        entry.hours, entry.credits, entry.capped_hours, entry.capped_credits, entry.counts_hours, entry.counts_credits,
        list(entry.reasons),
    )  # fmt: skip
