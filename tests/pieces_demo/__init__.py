"""The page of pieces on its own: a tiny app that shows every macro with made-up values, to look
at and to check.
"""
