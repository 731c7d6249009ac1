"""`python -m tests.bench`: every benchmark, one after the other."""

from tests.bench import breaks, paint, screens, speed, weight

weight.main()
paint.main()
breaks.main()
screens.main()
speed.main()
