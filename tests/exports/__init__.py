"""Exports of accounts for tests: what a session leads to, and a file of this version that later ones must read."""
