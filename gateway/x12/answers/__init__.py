"""What goes back: TA1, 997 and 999 in the form of each release."""
