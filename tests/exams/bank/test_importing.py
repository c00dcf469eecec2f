import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from courses.catalogue.models import ItemCode, Topic
from exams.bank.formats import excel_out
from exams.bank.formats.excel_out import Exported
from exams.bank.models import ImportBatch, Question, QuestionBank, QuestionVersion
from exams.bank.services.importing import import_questions, read_questions
from lms.audit.models import AuditEvent
from lms.sheets.export import write_xlsx
from tests import factory
from tests.exams.bank.samples import SAMPLES

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db):
    return factory.make_city()


@pytest.fixture
def bank(city):
    return QuestionBank.objects.create(code="law", name="法律题库", unit=city)


def load(data, bank, filename="题.xlsx"):
    outcome = read_questions(data, filename)
    return import_questions(outcome, data, filename, bank=bank, actor=factory.make_user())


def sheet(rows, headings=("题型", "题干", "选项A", "选项B", "答案", "专题", "事项代码", "难度")):
    return write_xlsx("试题", headings, rows)


def all_types():
    return excel_out.write([Exported(make()) for make in SAMPLES.values()])


def test_every_type_becomes_a_draft_of_its_setter(bank):
    outcome = load(all_types(), bank)
    assert (outcome.written, set(Question.objects.values_list("type", flat=True))) == (len(SAMPLES), set(SAMPLES))
    assert set(Question.objects.values_list("state", flat=True)) == {"DRAFT"}
    assert QuestionVersion.objects.filter(checked_by=None, batch=ImportBatch.objects.get()).count() == len(SAMPLES)
    assert AuditEvent.objects.filter(action="bank.import").count() == 1


def test_the_same_file_twice_writes_nothing(bank):
    load(all_types(), bank)
    outcome = load(all_types(), bank)
    assert (outcome.written, outcome.known, ImportBatch.objects.count()) == (0, len(SAMPLES), 1)


def test_a_question_that_stands_twice_is_two_and_is_named(bank):
    rows = [["判断题", "罚款属于财产罚。", "", "", "√", "", "", ""]] * 2
    outcome = load(sheet(rows), bank)
    assert (outcome.written, len(outcome.reading.warnings)) == (2, 1)
    assert load(sheet(rows), bank).written == 0


def test_one_bad_row_and_nothing_is_written(bank):
    rows = [["单选题", "甲", "一", "二", "A", "", "", ""], ["单选题", "乙", "一", "二", "C", "", "", ""]]
    with pytest.raises(ValidationError) as refusal:
        load(sheet(rows), bank)
    assert (refusal.value.code, Question.objects.count()) == ("errors", 0)


def test_topics_and_codes_are_those_of_the_catalogue(bank):
    topic, item = (
        Topic.objects.create(code="penalty", name="行政处罚"),
        ItemCode.objects.create(code="SX-1", name="设摊"),
    )
    load(sheet([["单选题", "甲", "一", "二", "A", "行政处罚", "SX-1", "较难"]]), bank)
    question = Question.objects.get()
    assert (question.topic, list(question.item_codes.all()), question.difficulty) == (topic, [item], 4)


def test_an_unknown_code_is_an_error_an_unknown_topic_a_warning(bank):
    outcome = read_questions(sheet([["单选题", "甲", "一", "二", "A", "没有的专题", "SX-404", ""]]), "题.xlsx")
    assert [note.field for note in outcome.reading.errors] == ["事项代码"]
    assert [note.field for note in outcome.reading.warnings] == ["专题"]


@pytest.mark.parametrize(("answer", "kind", "right"), [
    ("ABD", "多选题", "abd"), ("A、B、D", "多选题", "abd"), ("a,b,d", "多选题", "abd"), ("Ａ Ｂ Ｄ", "多选题", "abd"),  # noqa: RUF001
    ("B", "单选题", "b"), ("ｂ", "单选题", "b"),  # noqa: RUF001
])  # fmt: skip
def test_answers_as_offices_write_them(answer, kind, right):
    headings = ["题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案"]
    outcome = read_questions(write_xlsx("表", headings, [[kind, "题", "一", "二", "三", "四", answer]]), "题.xlsx")
    (draft,) = outcome.reading.drafts
    assert "".join(one["id"] for one in draft.content["options"] if one["weight"] != "0") == right


def test_every_heading_and_value_offices_use(shared):
    known = json.loads((shared / "questions" / "cn-headings.json").read_text())
    synonyms = known["synonyms"]
    for stem in synonyms["stem"]:
        for answer in synonyms["answer"]:
            data = write_xlsx("判断题", [stem, answer, "解析", "难度"], [["罚款属于财产罚。", "√", "略", "中"]])
            assert [draft.content["answer"] for draft in read_questions(data, "题.xlsx").reading.drafts] == [True]
    for value, expected in [(v, True) for v in synonyms["true_values"]] + [
        (v, False) for v in synonyms["false_values"]
    ]:
        data = write_xlsx("表", ["题型", "题干", "答案"], [["判断题", "题", value]])
        (draft,) = read_questions(data, "题.xlsx").reading.drafts
        assert draft.content["answer"] is expected, value
    for heading in synonyms["type"]:
        for kind in synonyms["type_values"]:
            data = write_xlsx(
                "表", [heading, "题干", "选项A", "选项B", "答案"], [[kind, "题____", "甲=>乙", "丙=>丁", "A"]]
            )
            outcome = read_questions(data, "题.xlsx")
            assert all("不认识" not in note.message for note in outcome.reading.warnings), kind


def test_one_cell_of_options_and_sheets_by_type():
    headings = ["题目内容", "题型", "难度", "选项", "答案", "解析"]
    for options in ("A.警告 B.罚款 C.记过", "A、警告\nB、罚款\nC、记过", "警告|罚款|记过", "警告；罚款；记过"):
        data = write_xlsx("表", headings, [["属于处罚的有", "多选题", "易", options, "AB", "略"]])
        (draft,) = read_questions(data, "题.xlsx").reading.drafts
        assert [one["html"] for one in draft.content["options"]] == ["警告", "罚款", "记过"], options


def test_the_template_is_what_the_reader_wants():
    outcome = read_questions(excel_out.template(), "模板.xlsx")
    assert outcome.reading.warnings == []


@pytest.mark.parametrize(("data", "name"), [
    (b"", "a.txt"), (b"\xd0\xcf\x11\xe0old", "a.xls"), (b"PK\x03\x04broken", "a.xlsx"), (b"\xff\xfe\x00a", "a.txt"),
    (b"<!DOCTYPE x [<!ENTITY a 'b'>]><quiz>&a;</quiz>", "a.xml"), (b"<quiz>" * 5000, "a.xml"), (b"::a::{" * 9, "a.gift"),
])  # fmt: skip
def test_hostile_files_are_answered_and_write_nothing(data, name):
    assert read_questions(data, name).reading.errors


def command(*arguments):
    out = StringIO()
    try:
        call_command("import_questions", *arguments, "--json", stdout=out)
        code = 0
    except SystemExit as end:
        code = end.code
    return code, json.loads(out.getvalue())


def test_the_command_prints_one_object(city, tmp_path):
    path = tmp_path / "题.xlsx"
    path.write_bytes(all_types())
    code, dry = command(str(path), "--dry-run")
    assert (code, dry["questions"], dry["written"], Question.objects.count()) == (0, len(SAMPLES), 0, 0)
    assert (command(str(path))[1]["written"], command(str(path))[1]["written"]) == (len(SAMPLES), 0)
    assert dry["by_type"]["single"] == 1


def test_the_command_names_the_row(city, tmp_path):
    path = tmp_path / "题.xlsx"
    path.write_bytes(
        sheet([["单选题", "甲", "一", "二", "A", "", "", ""], ["单选题", "乙", "一", "二", "C", "", "", ""]])
    )
    code, found = command(str(path))
    assert (code, found["written"], [note["row"] for note in found["errors"]]) == (1, 0, [3])
    code, found = command(str(path), "--rows")
    assert (code, found["written"], Question.objects.count()) == (1, 1, 1)


def test_the_command_without_a_file_or_a_bank(city, tmp_path):
    assert command(str(tmp_path / "none.xlsx"))[0] == 1
    path = tmp_path / "题.xlsx"
    path.write_bytes(all_types())
    assert command(str(path), "--bank", "nowhere")[0] == 1


def test_fixtures_twice(shared, bank):
    for folder in ("questions", "qti"):
        for path in sorted((shared / folder).iterdir()):
            data = path.read_bytes()
            outcome = read_questions(data, path.name)
            if path.suffix != ".json" and outcome.is_clean:
                load(data, bank, path.name)
                assert load(data, bank, path.name).written == 0, path.name
