"""`python -m app.cli`: the same as `taller`."""

from app.cli import main

main()
