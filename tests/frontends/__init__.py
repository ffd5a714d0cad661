"""What front ends make of answers: each really run, by `python -m tests.frontends [NAME…]`.

They need packages that nothing else here needs, so they are no part of the test suite; docs/front-ends.md holds what
they saw, with versions.  Missing ones are passed over in a line.
"""
