"""Events written as documents by a compiled map, in segments, rows or trees."""
