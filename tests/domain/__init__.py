"""The domain: what a case tells, what is owed, what does not hold."""
