"""What parents, pupils and staff say before a review, and who may read it."""
