"""What a person can act on when a model cannot do its work."""


class ModelMissing(Exception):
    """A model is not where its name says; `str()` is one line that says what to do."""

    one_line = True  # the shell of a command prints the line alone, without a trace

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why

    def __str__(self) -> str:
        return f"model {self.name!r} cannot be loaded: {self.why}"


class BadPicture(ValueError):
    """A file is not a picture that can be read; `str()` is one line that says why."""

    one_line = True
