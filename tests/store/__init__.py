"""Tests of `ledger.store`."""
