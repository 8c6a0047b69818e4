"""Bytes and mathematics: standard library and cryptography; no I/O, no clock."""
