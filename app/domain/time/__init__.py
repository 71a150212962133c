"""Rules about time: local times, business days, and when reminders are due."""
