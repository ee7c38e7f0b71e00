"""Twilio's REST rules as pure functions: parameters, paging, credentials, errors and representations."""
