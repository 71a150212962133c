"""Rules about what an organisation knows of its people: fields, their types and values."""
