"""MiniStack with our corrections, in this process; its settings are in the environment."""

import corrections
import speed
from ministack.app import main

corrections.apply()
speed.apply()
main()
