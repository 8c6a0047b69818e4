"""What each attacker of SECURITY.md can do, and what finds it: one file for each."""
