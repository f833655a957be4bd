"""What every part stands on; it knows neither Flask nor schools."""
