"""Papers that move no goods: promises, schedules, carriers' reports, invoices. Filed as said, never changed.

What is in force follows from the papers' own dates when it is read, so that the order of their arrival cannot matter.
"""
