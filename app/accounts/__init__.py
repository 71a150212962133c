"""People who sign in: names, passwords, roles, and the lock after too many wrong tries."""
