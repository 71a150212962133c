"""Texting hours: at which hours the organisation texts its people, and days without texts."""
