"""``python -m licet_service`` is the command line."""

from licet_service.cli import main

main()
