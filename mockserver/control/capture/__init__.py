"""Captures: what happened in an account, as a scenario that plays it again."""
