"""The doctor: finds habits of a client that cause errors or delays with the real API."""
