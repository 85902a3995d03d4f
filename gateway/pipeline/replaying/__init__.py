"""Reading recorded documents again: what they would say, what that would do to the books and answers, and doing it.

Rehearsed and done by the same steps in one database transaction; a rehearsal is undone at its end.
"""
