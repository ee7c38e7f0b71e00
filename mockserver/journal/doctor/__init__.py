"""Finds habits of a client that the real API punishes later."""
