pytest_plugins = [
    "tests.fixtures.collection",
    "tests.fixtures.connections",
    "tests.fixtures.properties",
    "tests.fixtures.supabase",
    "tests.fixtures.database",
    "tests.fixtures.users",
    "tests.fixtures.service",
    "tests.fixtures.shop",
    "tests.fixtures.targets",
]
