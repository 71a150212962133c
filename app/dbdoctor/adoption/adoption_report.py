"""What was taken over and what was not, in sentences for the person at the terminal."""

from dataclasses import dataclass, field

MAX_NAMED_ROWS = 10


@dataclass
class AdoptionReport:
    """Counts of the rows that were taken, and for each reason the rows that were not."""

    taken: dict[str, int] = field(default_factory=dict)
    left: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def count_taken(self, things: str, count: int = 1) -> None:
        """Count rows that were taken: `things` is what the report calls them."""
        self.taken[things] = self.taken.get(things, 0) + count

    def record_left(self, things: str, reason: str, row_id: int) -> None:
        """Note a row of the former database that was not taken, by its id there."""
        self.left.setdefault((things, reason), []).append(row_id)

    def list_lines(self) -> list[str]:
        """Return the report. It holds ids of the former database, no number and no name."""
        lines = [f"Taken: {count:,} {things}." for things, count in self.taken.items()]
        for (things, reason), ids in self.left.items():
            named = ", ".join(map(str, ids[:MAX_NAMED_ROWS]))
            if len(ids) > MAX_NAMED_ROWS:
                named += f" and {len(ids) - MAX_NAMED_ROWS:,} more"
            lines.append(f"Not taken: {len(ids):,} {things}: {reason} (ids {named}).")
        return lines
