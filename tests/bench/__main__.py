"""`python -m tests.bench` (make bench): figures as ratios against baselines of the same run.

Names choose some.
"""

import sys

from tests.bench import (
    audiences,
    held_texts,
    imports,
    inbound,
    inbox,
    large_lists,
    late_receipts,
    lists,
    pacing,
    pages_while_sending,
    receipts,
    reconcile,
    release,
    sandbox,
    segments,
    sending,
    wide_imports,
)
from tests.bench.bench_app import quiet
from tests.bench.figures import Figure, machine, show, verdict

BENCHES = {
    "sending": ("Sending", sending.run),
    "receipts": ("Receipts", receipts.run),
    "meanwhile": ("Receipts and pages while a blast runs", pages_while_sending.run),
    "inbound": ("Incoming texts", inbound.run),
    "news": ("A million receipts", late_receipts.run),
    "pacing": ("Pace", pacing.run),
    "practice": ("Practice", sandbox.run),
    "lists": ("The list of 100,000 members", lists.run),
    "scale": (
        "Every list at 100,000 people, 200 events and a million texts",
        large_lists.run,
    ),
    "audiences": ("Audiences of several lists", audiences.run),
    "segments": ("Segments at 100,000 people and a million texts", segments.run),
    "inbox": ("The inbox with 20,000 conversations and 1,000,000 texts", inbox.run),
    "imports": ("Importing", imports.run),
    "fields": ("Importing five fields and two groups a person", wide_imports.run),
    "release": ("Release", release.run),
    "hours": ("Texting hours", held_texts.run),
    "reconcile": ("Reconcile", reconcile.run),
}


def main() -> int:
    """Run those that are named, or all."""
    chosen = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in chosen if name not in BENCHES]
    if unknown:
        print(f"There is no bench called {', '.join(unknown)}. There are: {', '.join(BENCHES)}.")
        return 2
    quiet()
    print(machine())
    figures: list[Figure] = []
    for name in chosen:
        title, run = BENCHES[name]
        found = run()
        show(title, found)
        figures += found
    print(f"\n{verdict(figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
