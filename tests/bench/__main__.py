"""`python -m tests.bench`: every benchmark, one after the other."""

from tests.bench import paint, screens, speed, weight

weight.main()
paint.main()
screens.main()
speed.main()
