"""When a backup is due, how many stay, and what is said of them."""
