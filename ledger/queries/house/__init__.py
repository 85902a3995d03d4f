"""Master data, rulings and periods: what the plant itself has laid down, and what is wrong in it."""
