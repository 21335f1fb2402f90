"""kill -9 of everything at random moments of a run: nothing complete is lost, the rest is made later."""
