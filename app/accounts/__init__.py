"""Users: names, passwords, roles, signing in, and the lockout after too many wrong passwords."""
