"""MiniStack with our corrections, in this process; its settings are in the environment."""

import corrections
from ministack.app import main

corrections.apply()
main()
