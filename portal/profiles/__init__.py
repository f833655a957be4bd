"""What the school knows and plans with a child: profile, outcomes, targets, progress, and the SEN register."""
