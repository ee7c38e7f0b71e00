"""TwiML: from an app's answer to the acts that a call performs (WIRE-CALLS §3). It knows no HTTP and no account."""
