"""The verbs of delivery, a file each: schedule, release, control, arm, settle, lead. They add and flush; `write()` commits."""
