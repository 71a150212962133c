"""The database's doctor: looks, says in one line each what is wrong and what to do, copies and
restores.
"""
