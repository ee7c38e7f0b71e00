"""The resources of an account: recordings, subresources, calls and conferences."""
