import json

import pytest
from django.core.management import call_command

from exams.statistics.response_file import read_matrix
from lms.sheets.table import SheetRefused


@pytest.fixture
def run(tmp_path, capsys):
    def run_on(text, *options, name="matrix.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        call_command("item_analysis", str(path), *options)
        return capsys.readouterr().out

    return run_on


@pytest.fixture
def refused(run, capsys):
    def refuse(text, **options):
        with pytest.raises(SystemExit) as left:
            run(text, "--json", **options)
        assert left.value.code == 1
        return [(one["row"], one["column"], one["code"]) for one in json.loads(capsys.readouterr().out)["errors"]]

    return refuse


def test_lsat6_as_json(shared, capsys):
    call_command("item_analysis", str(shared / "item-analysis" / "lsat6_patterns.csv"), "--json")
    found = json.loads(capsys.readouterr().out)
    expected = json.loads((shared / "item-analysis" / "expected.json").read_text())["lsat6"]
    assert found["n"] == 1000
    assert found["alpha"] == pytest.approx(expected["alpha"], abs=1e-9, rel=0)
    assert found["kr20"] == pytest.approx(expected["alpha"], abs=1e-9, rel=0)
    assert found["sem"] == pytest.approx(expected["sem"], abs=1e-9, rel=0)
    for item, published in zip(found["items"], expected["items"], strict=True):
        assert item["facility"] == pytest.approx(published["p"], abs=1e-9, rel=0)
        assert item["item_rest"] == pytest.approx(published["rpb_item_removed"], abs=1e-9, rel=0)
        assert 0 < item["index27"] < 1


def test_undefined_is_null_and_said_to_be_so(run):
    text = "item1,item2\n1,1\n1,1\n"
    found = json.loads(run(text, "--json"))
    assert (found["alpha"], found["kr20"], found["sem"]) == (None, None, None)
    assert (found["items"][0]["item_rest"], found["items"][0]["index27"]) == (None, None)
    assert "不可用" in run(text)


def test_negative_is_shown(run):
    text = "item1,item2,item3\n1,0,1\n0,1,0\n1,0,0\n0,1,1\n"
    assert json.loads(run(text, "--json"))["alpha"] == pytest.approx(-3)
    assert "−3.000000" in run(text)


def test_items_stand_in_the_order_of_their_numbers(run):
    found = json.loads(run("item10,item2,freq\n1,0,3\n0,1,1\n1,1,2\n", "--json"))
    assert [(one["item"], one["facility"]) for one in found["items"]] == [("item2", 0.5), ("item10", 5 / 6)]
    assert (found["n"], found["k"]) == (6, 2)


def test_marks_in_part_and_files_of_another_encoding(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("item1,item2\n0.5,2\n1,0\n0.25,1\n".encode("gb18030"))
    matrix, _ = read_matrix(path)
    assert (matrix.columns, matrix.full, matrix.scale) == ([[50, 100, 25], [200, 0, 100]], [100, 200], 100)


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("item1,item2\n1,x\n", [(2, "item2", "number")]),
        ("item1,item2\n1,0\n1,\n", [(3, "item2", "blank")]),
        ("item1,item2\n1,-1\n", [(2, "item2", "number")]),
        ("item1,item2\n1,1e9\n", [(2, "item2", "number")]),
        ("item1,item2\n1,NaN\n", [(2, "item2", "number")]),
        ("item1,freq\n1,1.5\n", [(2, "freq", "count")]),
        ("item1,freq\n1,\n", [(2, "freq", "count")]),
        ("item1,freq\n1,0\n", [(None, "freq", "nobody")]),
        ("item1,item2\n", [(None, "", "nobody")]),
        ("item1,姓名\n1,甲\n", [(1, "姓名", "unknown_heading")]),
        ("freq\n3\n", [(1, "", "no_items")]),
        ("item1,item1\n1,1\n", [(1, "item1", "duplicate_heading")]),
        ("item1,ITEM1\n1,1\n", [(1, "ITEM1", "duplicate_heading")]),
        ("item1,item2\n1,1,1\n", [(2, "", "extra_cell")]),
        ("", [(None, "", "empty")]),
        ("item1,item2\n1,a\nb,1\n", [(2, "item2", "number"), (3, "item1", "number")]),
    ],
)
def test_a_bad_file_names_row_and_column(refused, text, errors):
    assert refused(text) == errors


def test_no_such_file(capsys, tmp_path):
    with pytest.raises(SystemExit):
        call_command("item_analysis", str(tmp_path / "none.csv"), "--json")
    assert json.loads(capsys.readouterr().out)["errors"][0]["code"] == "file"


def test_other_kinds_of_file(refused):
    assert refused("x", name="a.txt") == [(None, "", "unknown_format")]


def test_problems_are_listed_up_to_a_bound(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("item1,item2\n" + "x,y\n" * 500)
    with pytest.raises(SheetRefused) as refusal:
        read_matrix(path)
    assert len(refusal.value.problems) == 200
