"""The base class of errors that a bad set-up of a mock raises."""


class MockSetupError(ValueError):
    """The mock cannot be set up like this: its settings or its scenario are invalid, or they do not fit together."""
