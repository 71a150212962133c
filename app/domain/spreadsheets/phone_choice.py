"""Which of several phone cells of a row is the one to text."""

from app.domain.spreadsheets.column_headings import (
    ColumnKind,
    PhoneRank,
    rank_phone_heading,
)
from app.domain.spreadsheets.column_mapping import ColumnMapping
from app.domain.spreadsheets.column_samples import Cells


class PhoneCellChooser:
    """Takes the number that is labelled as a mobile phone, else the first one there is."""

    def __init__(self, columns: ColumnMapping) -> None:
        self._phones = columns.list_indexes(ColumnKind.PHONE)
        self._labels = _pair_labels(columns, self._phones)
        self._ranks: dict[str, PhoneRank] = {}

    def choose(self, cells: Cells) -> str:
        """Return the cell with the number of a row, or ""."""
        best = ""
        best_rank = PhoneRank.NO_TEXTS
        for index in self._phones:
            cell = cells[index].strip() if index < len(cells) else ""
            if not cell:
                continue
            rank = self._rank_label(cells, index)
            if not best or rank > best_rank:
                best, best_rank = cell, rank
            if not self._labels:
                break
        return best

    def _rank_label(self, cells: Cells, index: int) -> PhoneRank:
        label_index = self._labels.get(index)
        if label_index is None or label_index >= len(cells):
            return PhoneRank.UNKNOWN
        label = cells[label_index]
        rank = self._ranks.get(label)
        if rank is None:
            rank = self._ranks[label] = rank_phone_heading(label)
        return rank


def _pair_labels(columns: ColumnMapping, phones: list[int]) -> dict[int, int]:
    """Return the column with the label of each phone column: all before them, or all behind."""
    labels = columns.list_indexes(ColumnKind.PHONE_LABEL)
    if not labels or not phones:
        return {}
    step = -1 if min(labels) < min(phones) else 1
    return {phone: phone + step for phone in phones if phone + step in labels}
