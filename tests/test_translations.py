"""Our catalogue of what Wagtail and allauth leave untranslated: complete, and without a broken placeholder or tag."""

import os
import re
from pathlib import Path

import allauth
import pytest
import wagtail
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = sorted((ROOT / "lms/locale/zh_Hans/LC_MESSAGES").glob("*.po"))
MISSING = Path(os.environ.get("SHARED_FIXTURES", ROOT.parent / "shared/fixtures")) / "wagtail-8.0.1-zh-Hans-missing.txt"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
TAG = re.compile(r"<[^>]+>")


def read(path):
    with path.open("rb") as file:
        return [message for message in read_po(file, abort_invalid=True) if message.id]


def forms(text):
    return list(text) if isinstance(text, list | tuple) else [text]


def carried(text):
    return set(PLACEHOLDER.findall(text)), sorted(TAG.findall(text))


def key(message):
    return message.context, " ".join(forms(message.id)[0].split())


MESSAGES = [message for path in CATALOGUES for message in read(path)]


def test_there_is_something_to_check():
    assert len(MESSAGES) > len(CATALOGUES)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: forms(message.id)[0][:60])
def test_a_translation_keeps_what_the_original_carries(message):
    (translation,) = forms(message.string)
    assert translation.strip()
    assert not message.fuzzy
    # Chinese has one form for the English two, of which the singular may name fewer numbers.
    assert carried(translation) in [carried(form) for form in forms(message.id)]


def test_every_entry_is_still_a_string_of_wagtail_or_allauth():
    folders = [Path(package.__file__).parent for package in (wagtail, allauth)]
    originals = [path for folder in folders for path in folder.glob("**/locale/en/LC_MESSAGES/*.po")]
    known = {key(message) for path in originals for message in read(path)}
    assert [message.id for message in MESSAGES if key(message) not in known] == []


def test_every_string_that_wagtail_leaves_in_english_is_covered():
    if not MISSING.exists():
        pytest.skip(f"the list is not here: {MISSING} (set SHARED_FIXTURES)")
    listed = [line.split("\t", 1)[1] for line in MISSING.read_text(encoding="utf-8").splitlines() if line]
    covered = {msgid for _, msgid in map(key, MESSAGES)}
    assert [msgid for msgid in listed if " ".join(msgid.split()) not in covered] == []
