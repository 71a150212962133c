"""How long each kind of data is kept: the rules, their page, and what removes what is older."""
