"""Run one test for many endpoints on one site."""


def for_each(endpoints):
    """Run a test for each endpoint on the same site; its failure names every endpoint.

    Each asserts that nothing has changed, so that no site of its own is needed (10 ms each).
    """

    def decorate(test):
        def check_all(site):
            wrong = {}
            for endpoint in endpoints:
                try:
                    test(site, endpoint)
                except AssertionError as error:
                    wrong[endpoint] = str(error)
            assert not wrong, wrong

        check_all.__name__, check_all.__doc__ = test.__name__, test.__doc__
        return check_all

    return decorate
