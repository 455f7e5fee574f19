"""`python -m secretkit`, and the console script."""

import gc
from typing import NoReturn


def main() -> NoReturn:
    """Has no garbage looked for while all is imported, then runs the command line."""
    gc.set_threshold(100_000, 50, 50)  # a short life: most of what is made stays to its end
    from secretkit import cli

    cli.main()


if __name__ == "__main__":
    main()
