"""Pictures: what is drawn, what may never be, and that nothing jumps."""
