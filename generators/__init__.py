"""What a recording is and how one is generated: pure functions of a seed, without HTTP, clock or state."""
