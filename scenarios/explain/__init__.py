"""Explains in sentences what a scenario will do."""
