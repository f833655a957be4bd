"""What the pages stand on; it knows Flask, but no schools."""
