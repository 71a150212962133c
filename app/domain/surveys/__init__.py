"""Rules about surveys: questions, answers, and the course of a session."""
