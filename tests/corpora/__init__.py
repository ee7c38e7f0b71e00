"""Corpora of all sizes and mixes, and the digests of their pages in a golden file."""
