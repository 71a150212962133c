"""First start: the setup page that creates the first admin, by a URL printed in the terminal."""
