"""Write imports: store a file, check its rows, then apply or discard it; undo it later.

Nothing here knows a list of people: an ImportTarget says which one it is.
"""
