"""What each command does. A handler changes the parts of an account, under the instant of its command."""
