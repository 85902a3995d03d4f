"""Fetching from partners' SFTP servers: who polls, which file is ready, claim, fetch, commit, clean up.

A poller may run in any process and may die at any moment; what it must know afterwards is kept by the holder of the
writer's lock (`register`), which the poller reaches through `Register` wherever it lives.
"""
