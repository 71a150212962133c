"""Which passwords are worth having."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.accounts.password_policy import find_password_problem

GOOD = [
    "correct horse battery staple",
    "kitchen table lamp",
    "kitchen-table-l",
    "xkqjvwzpmtrbhgd",
    "😀 my cat eats purple grass",
    "zwölf Boxkämpfer jagen Viktor",
    "canada geese fly south",
    "long-enough-password-1",
    "purple monkey diamond summer",
    "correct horse battery staple " * 2 + "123456",
    "x".join("correct horse battery staple, and then some more words"),
]
GUESSABLE = [
    "password1234567",
    "Password1234567!",
    "P@ssw0rdWelcome1",
    "123456789012345",
    "qwertyuiopasdfghjkl",
    "lkjhgfdsapoiuytrewq",
    "1q2w3e4r5t6y7u8i",
    "abcdefghijklmnop",
    "iloveyou2024!!!!",
    "letmein-welcome-1234",
    "ｐａｓｓｗｏｒｄ１２３４５６７",
]
REPEATING = [
    "a" * 64,
    "passwordpassword",
    "abcabcabcabcabc",
    "12121212121212121",
    "P@ss P@ss P@ss P@ss",
    " " * 20,
    "😀" * 20,
]


@pytest.mark.parametrize("password", GOOD)
def test_long_and_unguessable_is_good_whatever_it_is_made_of(password):
    assert find_password_problem(password, username="ada", organisation="Riverside Clinic") is None


@pytest.mark.parametrize("password", GUESSABLE)
def test_what_everybody_tries_first_is_refused(password):
    assert "easy to guess" in (find_password_problem(password) or "")


@pytest.mark.parametrize("password", REPEATING)
def test_the_same_signs_again_and_again_are_refused(password):
    assert "repeats" in (find_password_problem(password) or "")


def test_fifteen_characters_are_enough_and_fourteen_are_not():
    assert find_password_problem("kitchen-table-") is not None
    assert "15" in (find_password_problem("kitchen-table-") or "")
    assert find_password_problem("kitchen-table-l") is None
    assert "15" in (find_password_problem("") or "")


def test_a_letter_with_an_accent_is_one_character_however_it_is_typed():
    assert find_password_problem("jagen Boxka\u0308") == find_password_problem("jagen Boxk\u00e4")
    assert "15" in (find_password_problem("zwo\u0308lf Boxka\u0308m") or "")


def test_128_characters_are_taken_and_more_are_not():
    words = " ".join(f"{chr(97 + number % 26)}word{number}" for number in range(40))
    assert find_password_problem(words[:128]) is None
    assert "128" in (find_password_problem(words[:129]) or "")


def test_a_megabyte_is_refused_at_once():
    start = time.perf_counter()
    assert find_password_problem("x y z" * 200_000)
    assert time.perf_counter() - start < 0.1


@pytest.mark.parametrize(
    ("password", "owner"),
    [
        ("ada likes long words", "username"),
        ("long words for ADA1", "username"),
        ("i am solomon the great", "username"),
        ("i am sol-o-mon, great", "username"),
        ("riversideclinic rocks a lot", "organization"),
        ("we love Riverside Clinic!", "organization"),
    ],
)
def test_the_own_name_and_the_organisations_are_refused(password, owner):
    username = "solomon" if "mon" in password else "ada"
    assert owner in (
        find_password_problem(password, username=username, organisation="Riverside Clinic") or ""
    )


def test_the_organisations_words_weigh_as_little_as_common_ones():
    assert find_password_problem("riverside-2024-clinic") is None
    assert (
        find_password_problem("riverside-2024-clinic", organisation="The Riverside Food Clinic")
        is not None
    )


@given(st.text(max_size=140), st.text(max_size=10), st.text(max_size=20))
def test_any_password_gets_an_answer(password, username, organisation):
    answer = find_password_problem(password, username=username, organisation=organisation)
    assert answer is None or answer.endswith(".")
