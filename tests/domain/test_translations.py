"""Which translation a reader gets, what a first text says, and plain letters in a text."""

import pytest

from app.domain.delivery.blast_readers import BlastReaders, ReaderKind
from app.domain.profiles.language_names import LANGUAGE_SPELLINGS
from app.domain.texts.accented_letters import find_accented_letters, write_plain_letters
from app.domain.texts.introductions import name_organisation
from app.domain.texts.text_languages import (
    LANGUAGE_NAMES,
    READ_LANGUAGE_NAMES,
    name_language,
)
from app.domain.texts.translations import choose_translation, is_same_language


@pytest.mark.parametrize(
    ("language", "tags", "expected"),
    [
        (None, ["es"], None),
        ("", ["es"], None),
        ("es", ["es", "fr"], "es"),
        ("es-MX", ["es", "fr"], "es"),
        ("es-MX", ["es", "es-MX"], "es-MX"),
        ("ES-mx", ["es"], "es"),
        ("es", ["es-MX"], "es-MX"),
        ("pt", ["es", "pt-BR"], "pt-BR"),
        ("zh", ["zh-Hant", "zh-Hans"], "zh-Hans"),
        ("es-ES", ["es-MX"], None),
        ("nb", ["no"], "no"),
        ("fil", ["tl"], "tl"),
        ("vi", ["es"], None),
        ("zh-Hans", ["zh-Hant"], None),
        ("zh-Hant", ["zh-Hans"], None),
        ("zh-Hant-TW", ["zh-Hans", "zh-Hant"], "zh-Hant"),
        ("e", ["es"], None),
    ],
)
def test_a_reader_gets_their_language_never_a_similar_one(language, tags, expected):
    assert choose_translation(language, tags) == expected


def test_whoever_reads_the_organisations_language_misses_nothing():
    assert is_same_language("en-GB", "en")
    assert not is_same_language("vi", "en")


def test_a_first_text_names_the_organisation_once():
    assert name_organisation("Hi Zoë", "Ohr") == "Ohr: Hi Zoë"
    assert name_organisation("OHR sings", " Ohr ") == "OHR sings"
    assert name_organisation("Hi", " ") == "Hi"
    assert name_organisation("A graceful night", "Grace") == "Grace: A graceful night"
    assert name_organisation("Join Grace!", "GRACE") == "Join Grace!"
    for body, name in (
        ("欢迎来到光明教会聚会", "光明教会"),
        ("欢迎来到Ohr聚会", "Ohr"),
        ("Join St.\nMary’s today", "St. Mary's"),
    ):
        assert name_organisation(body, name) == body


def test_readers_are_of_a_kind_by_their_language_and_whether_they_are_new():
    readers = BlastReaders({"+1": "es-MX", "+2": "vi"}, {"+1"})
    choose_kind = readers.build_kind_chooser(["es"])
    assert [choose_kind(phone) for phone in ("+1", "+2", "+3")] == [
        ReaderKind("es"),
        ReaderKind(None, is_introduction=True),
        ReaderKind(None, is_introduction=True),
    ]
    own = readers.copy_for_phone("+9", "+1").build_kind_chooser(["es"])
    assert own("+9") == ReaderKind("es")


def test_accents_are_dropped_only_where_that_makes_the_text_cheaper():
    assert find_accented_letters("¿Mañana, día {cancíon|í}? Ven aquí") == ["í"]
    assert write_plain_letters("día {cancíon|í} “así”") == 'dia {cancíon|í} "asi"'
    assert find_accented_letters("mañana é") == []
    assert find_accented_letters("день í") == []


def test_readers_of_the_bodys_own_language_get_the_body():
    """Not the translation that they would read if there were no body."""
    readers = BlastReaders({"+1": "fr-CA", "+2": "fr", "+3": "fr-BE"}, None, "fr-CA")
    choose_kind = readers.build_kind_chooser(["fr"])
    assert [choose_kind(phone).language for phone in ("+1", "+2", "+3")] == [None, "fr", "fr"]
    # The organisation took to Spanish while a blast of before waits.
    choose_kind = BlastReaders({"+1": "es"}, None, "es").build_kind_chooser(["es"])
    assert choose_kind("+1").language == "es"


def test_pages_have_one_name_for_each_language_that_people_read():
    names = {code: names.split("|")[0] for code, names in LANGUAGE_SPELLINGS.items()}
    assert names == {code: name_language(code) for code in LANGUAGE_SPELLINGS}
    assert not LANGUAGE_NAMES.keys() & READ_LANGUAGE_NAMES.keys()
