"""The demo city: units, teams and head-counts of each profile. Team codes are invented, district names public."""

from dataclasses import dataclass, replace

from lms.people.models import OrgUnit

Kind = OrgUnit.Kind
CITY, STREETS = "CITY", "JZ"
STRESS_PEOPLE = 10_000


@dataclass(frozen=True)
class Unit:
    """`staff` sit on the unit itself (bureau and brigade), the rest of `serving` and all `entrants` in its teams."""

    code: str
    name: str
    kind: str
    teams: int
    serving: int
    staff: int
    entrants: int

    @property
    def label(self) -> str:
        """How the people of the unit are called: 浦东 for 浦东新区城管执法局."""
        return _LABELS[self.code]

    @property
    def people(self) -> int:
        return self.serving + self.entrants

    def team_codes(self) -> list[str]:
        return [f"{self.code}-{number:02d}" for number in range(1, self.teams + 1)]


_DISTRICTS = (
    ("HP", "黄浦", 10, 390, 58, 19), ("XH", "徐汇", 13, 439, 66, 21), ("CN", "长宁", 10, 295, 44, 14),
    ("JA", "静安", 14, 420, 63, 20), ("PT", "普陀", 10, 345, 52, 16), ("HK", "虹口", 8, 295, 44, 14),
    ("YP", "杨浦", 12, 355, 53, 17), ("MH", "闵行", 14, 495, 74, 24), ("BS", "宝山", 12, 425, 64, 20),
    ("JD", "嘉定", 12, 380, 57, 18), ("PD", "浦东", 35, 1800, 270, 85), ("JS", "金山", 11, 270, 40, 13),
    ("SJ", "松江", 17, 380, 57, 18), ("QP", "青浦", 11, 305, 46, 14), ("FX", "奉贤", 12, 310, 46, 15),
    ("CM", "崇明", 18, 296, 44, 14),
)  # fmt: skip
_OTHERS = (
    Unit("SJU", "市局机关", Kind.HEADQUARTERS, 0, 90, 90, 0),
    Unit("ZD", "市局执法总队", Kind.CORPS, 5, 250, 0, 12),
    Unit("JC", "机场执法支队", Kind.AIRPORT, 3, 90, 0, 0),
    Unit("ZMQ", "自贸区综合执法大队", Kind.FREE_TRADE, 2, 60, 0, 0),
    Unit("LG", "临港新片区综合执法大队", Kind.LINGANG, 4, 110, 0, 5),
)
_LABELS = {code: label for code, label, *_ in _DISTRICTS} | {
    "SJU": "机关", "ZD": "总队", "JC": "机场", "ZMQ": "自贸", "LG": "临港",
}  # fmt: skip
STANDARD = (
    *(Unit(code, f"{label}区城管执法局", Kind.DISTRICT, *counts) for code, label, *counts in _DISTRICTS),
    *_OTHERS,
)
SMALL = (
    Unit("XH", "徐汇区城管执法局", Kind.DISTRICT, 2, 174, 26, 6),
    Unit("PD", "浦东区城管执法局", Kind.DISTRICT, 2, 46, 7, 2),
    Unit("ZD", "市局执法总队", Kind.CORPS, 1, 12, 0, 0),
)


def units_of(profile: str) -> tuple[Unit, ...]:
    if profile == "small":
        return SMALL
    return STANDARD if profile == "standard" else _scaled(STANDARD, STRESS_PEOPLE)


def _scaled(units: tuple[Unit, ...], people: int) -> tuple[Unit, ...]:
    """The same city with more people; what rounding leaves over goes to the largest remainders."""
    factor = people / sum(unit.people for unit in units)
    grown = {unit.code: int(unit.serving * factor) for unit in units}
    entrants = {unit.code: int(unit.entrants * factor) for unit in units}
    left = people - sum(grown.values()) - sum(entrants.values())
    for unit in sorted(units, key=lambda unit: -((unit.serving * factor) % 1))[:left]:
        grown[unit.code] += 1
    return tuple(
        replace(
            unit,
            serving=grown[unit.code],
            staff=grown[unit.code] if unit.staff == unit.serving else int(unit.staff * factor),
            entrants=entrants[unit.code],
        )
        for unit in units
    )


def build_units(units: tuple[Unit, ...]) -> dict[str, OrgUnit]:
    """Write the tree and give it back by code; each team belongs day by day to a street office of its own."""
    city = OrgUnit.add_root(code=CITY, name="市城管执法局", kind=Kind.CITY)
    streets = OrgUnit.add_root(code=STREETS, name="街镇", kind=Kind.STREET)
    made = {CITY: city, STREETS: streets}
    for unit in units:
        made[unit.code] = city.add_child(code=unit.code, name=_official(unit), kind=unit.kind)
        for code in unit.team_codes():
            street = streets.add_child(code=f"{STREETS}-{code}", name=f"{unit.label}街镇{code[-2:]}", kind=Kind.STREET)
            team = {"name": f"{unit.label}{code[-2:]}中队", "kind": Kind.TEAM, "daily_parent": street}
            made[street.code], made[code] = street, made[unit.code].add_child(code=code, **team)
    return made


def _official(unit: Unit) -> str:
    return "浦东新区城管执法局" if unit.code == "PD" else unit.name
