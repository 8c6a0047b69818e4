"""Pure drawing: entries in; graph, SVG, DOT and timeline out.

It sees only `ledger.domain`, so that anybody can draw an exported register without a database.
"""
