"""MiniStack with our corrections, in this process; its settings are in the environment."""

import corrections
import speed
import throttling
from ministack.app import main

corrections.apply()
speed.apply()
throttling.apply()
main()
