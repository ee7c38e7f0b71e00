"""What a recording is and how one is made: pure functions of a seed, with no HTTP, clock or state."""
