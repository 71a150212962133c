"""What staff are told of, in which words, and how a chat wants to hear it."""
