"""The HTTP methods that only read."""

READING_METHODS = ("GET", "HEAD")
