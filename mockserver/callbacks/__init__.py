"""Sending callbacks (WIRE §12), and requests of calls to their app (WIRE-CALLS §3.1)."""
