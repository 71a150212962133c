"""Names that would be taken for another name."""

import pytest

from app.domain.accounts.lookalike_names import build_skeleton, find_script_problem, remove_unseen

ALIKE = [
    ("ada", "a\u00adda"),
    ("ada", "ada\u200d"),
    ("ada", "ad\u2060a"),
    ("ada", "\u0430da"),
    ("ada", "\u0430d\u0430"),
    ("ada", "ＡＤＡ"),
    ("sol", "s0l"),
    ("Sol", "SОL"),
    ("Ian", "lan"),
    ("pam", "parn"),
    ("pop", "рор"),
    ("tom", "ТОМ"),
    ("nina", "nιna"),
    ("O’Brien", "O'Brien"),
]
UNLIKE = [("mai", "mal"), ("josé", "jose"), ("ana", "anna"), ("ada", "adam"), ("Иван", "Ivan")]
TOGETHER = [
    "Zoë",
    "Иван",
    "Ольга-Мария",
    "Ελένη",
    "花子 Hanako",
    "カタカナー",
    "한국 Kim",
    "Ali علي",
    "ada 2",
]
MIXED = ["\u0430da", "Ivan Иван", "Ωmega", "Δ team", "Аnа", "Հayk"]


@pytest.mark.parametrize(("name", "other"), ALIKE)
def test_names_that_look_alike_are_known(name, other):
    assert build_skeleton(name) == build_skeleton(other)


@pytest.mark.parametrize(("name", "other"), UNLIKE)
def test_names_that_a_reader_tells_apart_are_not_alike(name, other):
    assert build_skeleton(name) != build_skeleton(other)


@pytest.mark.parametrize("name", TOGETHER)
def test_letters_that_people_write_together_may_stay_together(name):
    assert find_script_problem(name) is None


@pytest.mark.parametrize("name", MIXED)
def test_alphabets_with_the_same_letters_are_not_mixed(name):
    assert "one alphabet" in find_script_problem(name)


def test_what_nobody_sees_is_taken_out():
    assert remove_unseen("a\u00add\u2060a\u200d\ufe0f") == "ada"
