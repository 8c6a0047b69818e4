"""Tests of `ledger.cli`."""
