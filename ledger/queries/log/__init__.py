"""Events as they were recorded, and the end of their chain."""
