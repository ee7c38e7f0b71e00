"""One account: its state, clock, resources, timelines, fault rules and callbacks to send."""
