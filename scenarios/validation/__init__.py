"""Checks a scenario before it is set up, and explains what is wrong."""
