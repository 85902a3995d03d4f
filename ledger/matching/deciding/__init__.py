"""Decisions about cases: who may take them, what they post, and what makes two findings one."""
