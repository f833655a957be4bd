"""The meeting of a review: who is invited, which times there are, who has taken which, and who came."""
