"""Who has which phone numbers: people, their numbers of today and of before, and their fields."""
