"""What was agreed in a review, and what became of every word that was said."""
