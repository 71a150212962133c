"""The verbs of delivery, a file each. They add and flush; `write()` commits."""
