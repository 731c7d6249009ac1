"""`python -m tests.bench`: every benchmark, one after the other."""

from tests.bench import screens, speed, weight

weight.main()
screens.main()
speed.main()
