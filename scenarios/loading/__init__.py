"""Loads scenarios: bundled ones, files in YAML, TOML or JSON, Python objects and Twilio exports."""
