"""The desk's phone: PJSIP and the sound device in a process of their own, and the client that starts and commands that process.

``admission`` (which calls may ring; pure) < ``sip`` (PJSIP); ``elastic``, ``tones``, ``rates`` (pure) < ``voice`` < ``sound`` (PortAudio); both under ``process``.
``client`` is the only module for others. Errors: ``PhoneError``.
"""


class PhoneError(Exception):
    """A command, an address or a device can't be used. ``code``: as in ``PhoneProblem``."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(f"{code}: {text}" if text else code)
        self.code = code
        self.text = text
