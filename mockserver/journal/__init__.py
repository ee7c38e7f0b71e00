"""The requests received: the log, matching, verification, HAR, curl and the doctor."""
