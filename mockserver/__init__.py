"""An offline stand-in for Twilio's v2010 Recordings API: the server, its command and its pytest plugin."""

__version__ = "0.1.0"
