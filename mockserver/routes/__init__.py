"""One file per Twilio resource: parse, call the account, return a value."""
