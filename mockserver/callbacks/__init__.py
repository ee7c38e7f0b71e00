"""Recording status callbacks: what Twilio sends to a user's own server (WIRE §12), and a receiver for tests."""
