"""Twilio's rules for requests as plain functions: parameters, filters, paging, credentials."""
