"""What a family asks of school, and what school asks of the family before somebody from outside helps."""
