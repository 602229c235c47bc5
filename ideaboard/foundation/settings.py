"""The settings in force, for code that has no request and imports no flask. `create_app` fills it."""


class _SettingsInForce:
    def __init__(self):
        self._settings = None

    def fill(self, settings) -> None:
        self._settings = settings

    def __getattr__(self, name):
        if self._settings is None:
            raise RuntimeError("settings are filled by create_app()")
        return getattr(self._settings, name)


settings = _SettingsInForce()
