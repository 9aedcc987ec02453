"""Failures that the person in front of the screen can mend."""


class UserError(Exception):
    """Its text is what the person reads: what happened, to which file or robot, what to do next.

    Raise it for the environment's faults (a missing file, a sleeping robot, a full disk). Bugs are
    not UserErrors: they travel to the excepthook.

    in_shell: a sentence with the command to type. The window has a button in its place.
    """

    def __init__(self, message: str, *, details: str = "", in_shell: str = "") -> None:
        super().__init__(message)
        self.details = details
        self.in_shell = in_shell
