"""What changes users, their sessions, and the counters of tries to sign in."""
