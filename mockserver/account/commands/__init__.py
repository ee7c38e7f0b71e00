"""The commands of an account: everything that can change it, as plain values.

An account changes by `Account.apply(command)` and in no other way, each time under one instant. What comes from
outside enters as a command that holds it, such as a receiver's answer in `RecordOutcome`: applying the same commands
at the same instants again needs neither the network nor a clock, and leads to the same state.

Long changes stay gradual. A move of the clock, or a signal to all recordings, is one command for each small part, and
the event loop answers requests between two of them. A new scenario or a rollback is one command that begins the history
of a new account: it is prepared in small steps while requests still reach the old account.

Not commands, because nothing of them is state: the journal, whose entries have a log of their own; what is dropped
from full logs of events and callbacks, whose memory all accounts share; and the purge of deleted recordings, which
depends on the instant alone.
"""
