"""The names of the mock's own headers, in lower case as ASGI has them."""

WIRE_HEADER = b"x-mock-wire"
"""In a request: which wire to use. In a response: which one was used."""
REASON_HEADER = b"x-mock-reason"
"""In an error: a sentence that explains it."""
WARNING_HEADER = b"x-mock-warning"
"""In a response: a part of the request that the mock ignored or may have misread."""
