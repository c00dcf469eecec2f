import re
from io import BytesIO

import pydyf
import pytest
from django.core.exceptions import ValidationError
from fontTools.ttLib import TTFont
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from lms.certificates import artwork, glyphs, paper, seal
from lms.certificates.services.designs import sample_sheet
from lms.certificates.services.issuing import document_of, issue
from tests import factory
from tests.lms.certificates.earning import merit_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pdf(design, officer):
    return bytes(document_of(issue(merit_of(officer), actor="甲")).content)


def judge(pdf: bytes):
    signature = PdfFileReader(BytesIO(pdf)).embedded_signatures[0]
    own = ValidationContext(trust_roots=[signature.signer_cert])
    return signature, validate_pdf_signature(signature, own)


def test_the_seal_covers_the_whole_document_and_is_valid(pdf):
    signature, status = judge(pdf)
    assert status.intact
    assert status.valid
    assert status.coverage.name == "ENTIRE_FILE"
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def test_one_flipped_bit_breaks_it(pdf):
    start = pdf.index(b"/Title")
    for place in (start + 12, 4000, len(pdf) // 2):
        damaged = bytearray(pdf)
        damaged[place] ^= 1
        try:
            _, status = judge(bytes(damaged))
        except Exception:
            continue  # a file that cannot even be read is not valid either
        assert not (status.intact and status.valid)


@pytest.mark.parametrize("kind", ["p256", "rsa"])
def test_either_kind_of_key_signs(kind, design, settings, tmp_path):
    settings.SEAL_FOLDER = tmp_path / kind
    assert seal.make_key(settings.SEAL_FOLDER, kind)
    assert not seal.make_key(settings.SEAL_FOLDER, kind)
    signed = seal.DevelopmentSeal().seal(paper.render(sample_sheet(design, "https://x")), reason="样张")
    _, status = judge(signed)
    assert status.intact
    assert status.valid


def test_page_and_what_readers_are_told(pdf, officer):
    reader = PdfFileReader(BytesIO(pdf))
    pages = reader.root["/Pages"]
    assert pages["/Count"] == 1
    _, _, width, height = (float(side) for side in pages["/Kids"][0]["/MediaBox"])
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (297, 210)
    assert reader.root["/MarkInfo"]["/Marked"]
    assert reader.root["/Lang"] == "zh-CN"
    info = reader.trailer["/Info"]
    assert officer.name in info["/Title"]
    assert "城管学堂" in info["/Author"]


def test_only_our_fonts_are_in_it(pdf):
    assert fonts_in(pdf) == {"Certificate", "Certificate-Bold"}


def fonts_in(pdf: bytes) -> set[str]:
    fonts = PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Kids"][0]["/Resources"]["/Font"]
    return {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in fonts.values()}


def test_only_a_rare_character_brings_in_the_whole_font(design, districts):
    officer = factory.make_officer(districts["XH-01"], name="张㛃")
    rare = bytes(document_of(issue(merit_of(officer), actor="甲")).content)
    assert fonts_in(rare) == {"Certificate", "Certificate-Bold", "Certificate-Rare-Bold"}


def test_the_everyday_fonts_have_what_the_whole_ones_have_of_their_characters():
    for name in (glyphs.REGULAR, glyphs.BOLD):
        whole, part = (TTFont(glyphs.font_file(prefix + name)).getBestCmap() for prefix in ("", glyphs.EVERYDAY))
        assert set(part) >= {ord(one) for one in glyphs.everyday()} & set(whole)
        assert set(map(ord, "·—“”〔〕（）《》，。")) <= set(part)


def test_pictures_drawn_before_make_the_same_sheet(design):
    artwork.of_file.cache_clear()
    artwork.of_data.cache_clear()
    sheet = sample_sheet(design, "https://x")
    assert paper.render(sheet) == paper.render(sheet)


def forms_of(thing) -> list:
    inner = thing["/Resources"].get("/XObject", {}).values()
    return [form for one in inner for form in (one.get_object(), *forms_of(one.get_object()))]


def test_a_picture_has_all_the_states_it_draws_with(design):
    forms = forms_of(PdfFileReader(BytesIO(paper.render(sample_sheet(design, "https://x")))).root["/Pages"]["/Kids"][0])
    named = [(set(re.findall(rb"/(\S+) gs", form.data)), form["/Resources"]["/ExtGState"]) for form in forms]
    assert any(used for used, _ in named)
    assert all(used <= {name[1:].encode() for name in states} for used, states in named)


def test_the_squares_of_the_code_are_those_of_the_symbol():
    stream, rows = pydyf.Stream(), paper.qr("https://x/verify/A").matrix
    stream.transform = lambda **scale: None
    artwork.Squares(rows, (0, 0, 0)).draw(stream, 100, 100, None)
    dark = set()
    for line in stream.stream:
        if line.endswith(b" re"):
            across, down, length, _ = (int(number) for number in line.split()[:4])
            dark |= {(down, across + more) for more in range(length)}
    assert dark == {(down, across) for down, row in enumerate(rows) for across, one in enumerate(row) if one}


@pytest.mark.parametrize("length", [2, 12, 13, 24, 25, 50])
def test_a_long_name_shrinks_then_wraps_on_the_one_page(design, districts, length):
    officer = factory.make_officer(
        districts["XH-01"], name="阿" + "·" * (length > 2) + "依" * (length - 1 - (length > 2))
    )
    certificate = issue(merit_of(officer), actor="甲")
    context = paper.sheet(design, certificate.snapshot, code=certificate.code, verify_url="https://x")
    assert context["name_size"] == ("whole" if length <= 12 else "tight" if length <= 24 else "small")
    assert paper.render(context)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/x.png",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "ftp://x/y",
        "../../manage.py",
        "//x/y.png",
    ],
)
def test_nothing_foreign_is_fetched(design, url, monkeypatch):
    html = f'<html lang="zh-CN"><title>x</title><img alt="x" src="{url}">'
    monkeypatch.setattr(paper, "render_to_string", lambda *args: html)
    with pytest.raises(ValidationError) as refused:
        paper.render(sample_sheet(design, "https://x"))
    assert refused.value.code == "foreign_asset"


def test_a_text_of_a_design_is_never_markup(design):
    design.issuer = '<img src="https://x/">'
    sheet = sample_sheet(design, "https://x") | {"design": design}
    assert paper.render(sheet)


def test_two_pages_are_refused(design, monkeypatch):
    html = '<html lang="zh-CN"><title>x</title><p style="break-after: page">一</p><p>二</p>'
    monkeypatch.setattr(paper, "render_to_string", lambda *args: html)
    with pytest.raises(ValidationError) as refused:
        paper.render(sample_sheet(design, "https://x"))
    assert refused.value.code == "too_long"


def test_bytes_are_kept_and_served_not_made_again(design, officer, client, monkeypatch):
    certificate = issue(merit_of(officer), actor="甲")
    kept = bytes(document_of(certificate).content)
    monkeypatch.setattr(paper, "render", lambda context: pytest.fail("rendered again"))
    client.force_login(officer.user)
    answer = client.get(f"/certificates/{certificate.pk}/pdf/")
    assert (answer.content, answer["Content-Type"]) == (kept, "application/pdf")
