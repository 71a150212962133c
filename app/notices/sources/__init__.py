"""What staff are told of, read from the features that know, once a minute."""
