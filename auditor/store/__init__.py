"""The run's folder: written so that a killed process loses nothing already complete, read back as evidence."""
