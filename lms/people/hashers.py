from django.contrib.auth.hashers import Argon2PasswordHasher


class OfficerArgon2Hasher(Argon2PasswordHasher):
    """OWASP's minimum for Argon2id (19 MiB, t=2, p=1): a hall of 1,000 signs in within a minute on two cores."""

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1
