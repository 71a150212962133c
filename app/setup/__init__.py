"""The very first start: the first admin, with the address printed in the terminal."""
