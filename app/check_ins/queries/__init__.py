"""Reading check-ins and streaks."""
