"""B5: what a person wrote of a text, told from quotations, signatures, reactions and machines."""

import pytest

from app.domain.texts.machine_texts import is_machine_text
from app.domain.texts.own_words import TextAuthor, read_inbound_text
from tests.speed_limits import limit_seconds

OURS = "Choir practice moved to 7 pm.\nReply STOP to opt out."


@pytest.mark.parametrize(
    "reaction",
    [
        "Loved “{}”",
        'Liked "{}"',
        "Disliked “{}”",
        "Laughed at “{}”",
        "Emphasised “{}”",
        "Questioned “{}”",
        "Removed a heart from “{}”",
        "Removed an exclamation mark from “{}”",
        "Gave a thumbs up to “{}”",
        "Reacted 🙏🏽 to “{}”",
        "\u200a👍\u200a to “\u200a{}\u200a”",
        "❤️ to “{}”",
        "Le encantó “{}”",
        "No le gustó «{}»",
        "Reaccionó con 😂 a “{}”",
        "A adoré « {} »",
        "N’a pas aimé « {} »",
        "Gefällt „{}“",
        "Hat über „{}“ gelacht",
        "Curtiu “{}”",
        "Ha messo “Mi piace” a “{}”",
        "Vond “{}” leuk",
        "Gillade ”{}”",
        "Elskede “{}”",
        "Uwielbia „{}”",
        "“{}” öğesini beğendi",
        "Đã thích “{}”",
        "Nagustuhan ang “{}”",
        "Понравилось «{}»",
        "「{}」にいいねしました",
        "喜欢了“{}”",
        "أعجب بـ “{}”",
        "Maria Lopez liked “{}”",
    ],
)
def test_reactions_of_phones_are_known_in_many_languages(reaction):
    reading = read_inbound_text(reaction.format(OURS), [OURS])
    assert (reading.words, reading.kind) == ("", TextAuthor.REACTION)
    assert OURS.split()[0] in (reading.quoted_text or "")


@pytest.mark.parametrize(
    "speech",
    [
        "Loved the sermon",
        'Liked "the picnic" a lot, when is the next?',
        "Loved your message!",
        "👍",
        'I said "stop texting me"',
        "Loved it",
    ],
)
def test_what_people_write_is_no_reaction(speech):
    assert read_inbound_text(speech, [OURS]).kind is TextAuthor.PERSON


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("STOP\nSent from my iPhone", "STOP"),
        ("STOP Sent from my Verizon phone", "STOP"),
        ("PICNIC\n\nEnviado desde mi iPhone", "PICNIC"),
        ("1\n\nEnvoyé de mon iPhone", "1"),
        ("Ja\nVon meinem iPhone gesendet", "Ja"),
        ("Да\nОтправлено с iPhone", "Да"),
        ("Yes\nGet Outlook for Android", "Yes"),
        ("Yes\n-- \nJ. Smith\nElm Street 5", "Yes"),
        ("Yes\n- Maria Gonzalez", "Yes"),
        ("PICNIC\nMaria Gonzalez", "PICNIC"),
        ("Maria\nGonzalez", "Maria\nGonzalez"),
        ("fish\nthanks", "fish\nthanks"),
        ("> Are you coming?\nYes", "Yes"),
        ("Yes\n\nOn Monday, Grace Church wrote:\n> Are you coming?", "Yes"),
        ("Sí\nEl lun, 3 nov, Iglesia escribió:\n> ¿Viene?", "Sí"),
        ("Oui\nLe 3 nov., Paroisse a écrit :\n> Venez-vous ?", "Oui"),
        ("Ja\nAm 3.11. schrieb Kirche:\n> Kommst du?", "Ja"),
        (f"{OURS}\nSee you there", "See you there"),
        ("“Reply STOP to opt out” yes I'll be there", "yes I'll be there"),
        ("Reply STOP to opt out.", "Reply STOP to opt out."),
    ],
)
def test_quotations_and_signatures_are_no_words_of_theirs(body, words):
    assert read_inbound_text(body, [OURS]).words == words


@pytest.mark.parametrize(
    "body",
    [
        "I'm driving with Do Not Disturb While Driving turned on. I'll see your message later.",
        "I'm driving right now. I'll get back to you later.",
        "Automatic reply: Out of office until Monday",
        "Out of the office, with limited access to e-mail.",
        "This mailbox is not monitored.",
        "Thank you for contacting Elm Dental. We will get back to you soon.",
        "Respuesta automática: estoy fuera de la oficina",
        "Estoy conduciendo. Te llamo más tarde.",
        "Réponse automatique : absent du bureau",
        "Je conduis. Je te rappelle plus tard.",
        "Automatische Antwort: Ich bin im Urlaub",
        "Resposta automática",
    ],
)
def test_machines_are_known(body):
    assert is_machine_text(body)


def test_a_sentence_of_phones_and_people_is_a_machines_only_at_once():
    for body in ("I'm driving right now", "I'm in a meeting", "No puedo hablar ahora"):
        assert not is_machine_text(body)
        assert not is_machine_text(body, 60)
        assert is_machine_text(body, 2)


def test_people_who_speak_of_driving_and_offices_are_no_machines():
    for body in (
        "I'm driving right now, can you pick up Tom?",
        "I'll be out of the office Friday so I can't usher",
        "Thanks for your message, see you Sunday!",
        "My mailbox key is lost",
    ):
        assert not is_machine_text(body)


@pytest.mark.parametrize("text", ["> a\n", "“", "Loved “", "a ", "\n-- \n", "On wrote: ", "im "])
def test_no_text_makes_reading_slow(text):
    long_text = (text * 65_536)[:65_536]
    with limit_seconds(0.5):
        for body in (long_text, long_text[:1600], long_text[:3200]):
            read_inbound_text(body, [OURS, "Are you coming on Sunday? Text YES"], 1.0)
