"""What must hold. The name of a test is the sentence it proves."""
