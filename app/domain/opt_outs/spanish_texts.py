"""Whether we text somebody Spanish: there ALTO, BAJA, PARE and FIN are requests to leave.

Elsewhere they are a voice part, a place, a verb and an ordinary word, and no carrier of the United
States knows them.
"""

import re

from app.domain.opt_outs.opt_out_detection import SPANISH_WORDS
from app.domain.opt_outs.opt_out_grammar import WORDS_FILE
from app.domain.opt_outs.opt_out_lexer import fold_word
from app.domain.texts.word_tables import load_word_table

# Words of Spanish that English does not have; three of them make a Spanish text.
_COMMON_WORDS = frozenset(load_word_table(WORDS_FILE)["es_common"])
MIN_SPANISH_WORDS = 3
_WORD_PATTERN = re.compile(r"[^\W\d_]+")


def is_spanish_opt_out_word(words: str) -> bool:
    """Whether a text is one of the words that ask for no more texts in Spanish only."""
    written_words = _WORD_PATTERN.findall(words[:40])
    return len(written_words) == 1 and fold_word(written_words[0]) in SPANISH_WORDS


def is_spanish_text(text: str) -> bool:
    """Whether a text of ours is Spanish."""
    words = set(map(fold_word, _WORD_PATTERN.findall(text)))
    return len(words & _COMMON_WORDS) >= MIN_SPANISH_WORDS
