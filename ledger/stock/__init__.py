"""Nine states and their legal transitions; events become balanced movements. Pure."""
