"""Rules about phone numbers: their spelling, their country, and the names people have."""
