"""What the list of conversations says of a text without words."""

import json

import pytest

from app.domain.texts.media_labels import describe_wordless_text


# case M08 of the messaging cases
@pytest.mark.parametrize(
    ("types", "label"),
    [
        (["image/heic"], "Picture"),
        (["IMAGE/JPEG; name=a.jpg"], "Picture"),
        ([""], "Picture"),
        (["image/png", "image/gif"], "2 pictures"),
        (["text/x-vcard"], "Contact card"),
        (["text/vcard;charset=utf-8"], "Contact card"),
        (["text/vcard", "text/vcard"], "2 contact cards"),
        (["audio/amr"], "Voice message"),
        (["video/3gpp"], "Video"),
        (["text/calendar", "text/calendar"], "2 calendar entries"),
        (["application/pdf", "application/pdf"], "2 PDF files"),
        (["application/zip"], "File"),
        (["image/png", "audio/amr"], "2 files"),
        ([], "(empty text)"),
    ],
)
def test_a_text_without_words_says_what_came(types, label):
    media = json.dumps([{"url": "https://x", "type": media_type} for media_type in types])
    assert describe_wordless_text(media) == label


@pytest.mark.parametrize("media", [None, "", "nonsense", "3", "[3]", '{"a": 1}'])
def test_what_is_stored_as_nothing_is_an_empty_text(media):
    assert describe_wordless_text(media) == "(empty text)"
