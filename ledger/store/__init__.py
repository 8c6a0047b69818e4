"""The only rooms that speak SQL: tables, engine, append (the only writer), read, vault."""
