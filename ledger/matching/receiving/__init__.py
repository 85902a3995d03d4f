"""Goods receipts: which notice they answer, what the dock found, and in which state goods arrive."""
