"""Sending one status callback: request, signature, retries and allowed hosts (WIRE §12)."""
