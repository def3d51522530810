"""`python -m webui.cli`: the command where it is not installed."""

from webui.cli import main

main()
