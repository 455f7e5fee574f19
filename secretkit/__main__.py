"""`python -m secretkit`."""

from secretkit.cli import main

if __name__ == "__main__":
    main()
