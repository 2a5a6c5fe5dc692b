from schemathesis import Check

class Registry:
    def get_by_names(self, names: list[str]) -> list[Check]: ...

CHECKS: Registry

def load_all_checks() -> None: ...
