"""What the demo courses rest on: public laws by their real names and dates, placeholder items, a short syllabus."""

from datetime import date

from courses.catalogue.models import ItemCode, LegalSource, LegalSourceVersion, SyllabusNode, Topic
from lms.portal.demo.titles import LEVELS, TOPICS

ITEMS = 428
SOURCES = (
    ("中华人民共和国行政处罚法", "全国人民代表大会常务委员会", (
        ("2017年修正", "主席令第七十六号", date(2018, 1, 1), date(2021, 7, 15)),
        ("2021年修订", "主席令第七十号", date(2021, 7, 15), None),
    )),
    ("中华人民共和国行政强制法", "全国人民代表大会常务委员会", (
        ("2011年制定", "主席令第四十九号", date(2012, 1, 1), None),
    )),
)  # fmt: skip
PENALTIES, PENALTIES_OLD, COERCION = "PENALTIES", "PENALTIES_OLD", "COERCION"


def write_basis(items: int = ITEMS) -> dict[str, LegalSourceVersion]:
    """All of it; of the sources the versions that courses cite, by key."""
    topics = Topic.objects.bulk_create(
        [Topic(code=code, name=name, order=order) for order, (code, name) in enumerate(TOPICS)]
    )
    ItemCode.objects.bulk_create(
        [
            ItemCode(
                code=f"事项-{number:03d}", name=f"执法事项（演示）{number:03d}", domain=f"演示领域{1 + number % 11:02d}"
            )
            for number in range(1, items + 1)
        ]
    )
    for level, code in LEVELS.items():
        top = SyllabusNode.objects.create(edition="2026年演示大纲", level=code, title=f"{level}级大纲", hours=60)
        for order, topic in enumerate(topics[:4]):
            SyllabusNode.objects.create(
                edition=top.edition, level=code, parent=top, topic=topic, title=topic.name, hours=15, order=order + 1,
                is_compulsory=order == 0,
            )  # fmt: skip
    versions = [version for title, issuer, editions in SOURCES for version in _versions(title, issuer, editions)]
    return dict(zip([PENALTIES_OLD, PENALTIES, COERCION], versions, strict=True))


def _versions(title, issuer, editions) -> list[LegalSourceVersion]:
    source = LegalSource.objects.create(title=title, issuer=issuer)
    return [
        source.versions.create(edition=edition, number=number, effective_on=begin, superseded_on=end)
        for edition, number, begin, end in editions
    ]
