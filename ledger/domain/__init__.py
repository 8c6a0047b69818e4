"""What a decision is: pure functions of entries and an instant. No storage, no clock."""
