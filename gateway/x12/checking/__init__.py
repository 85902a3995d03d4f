"""One document against one guide: the automaton, expressions, elements, HL levels, and the faults they find."""
