"""The school year, the review rounds in it, and each child's review with its clock."""
