"""`python -m gateway.cli`: the `crossdock` command where no script is installed."""

from gateway.cli import main

main()
