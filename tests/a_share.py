"""How two processes share the tests: a file stays with one of them, and all of the chain, which is dear to build."""

from xdist.scheduler import LoadFileScheduling


class Together(LoadFileScheduling):
    """Files in the order of collection, the folder of the chain as one."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "tests/chain" if file.startswith("tests/chain/") else file
