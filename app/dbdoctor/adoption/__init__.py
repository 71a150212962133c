"""Takes over a database of the first design: people, events, opt-outs, what was sent, surveys."""
