"""The use cases, one per file: record, query, publish, erase, audit, exchange."""
