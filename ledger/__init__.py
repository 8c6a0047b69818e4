"""Fil rouge: a public, tamper-evident register of how decisions were reached with citizens.

The floors, from the top: `cli`, `api`, `service`, `store`, `domain`, `core`, `errors`. Imports
run downwards only. The pictures and the pages are in the sister package `viz`.
"""
