"""One module per Twilio resource: parse the request, call the account, return a value."""
