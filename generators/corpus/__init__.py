"""The corpus: the recordings of an account as a pure function of seed, account and index."""
