"""Checks of a scenario before it is set up, and the sentences that explain what is wrong."""
