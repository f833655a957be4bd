"""The front page of each role, and the way to everything else."""
