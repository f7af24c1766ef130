"""The bar that plays a fetched recording: caller left, desk right."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QProgressBar, QSlider, QToolButton, QWidget

from agent_app.model.desk.view import PlayerView
from agent_app.presenters.desk import DeskPresenter
from agent_app.ui.parts import theme
from agent_app.ui.parts.fmt import duration
from agent_app.ui.parts.icons import icon
from agent_app.ui.parts.widgets import OneLineLabel, across, named
from agent_app.ui.sound.playing import MakeSink, RecordingSound, SystemSink
from shared.ids import CallId


class PlayerBar(QWidget):
    """Shows the fetching, then play or pause, the position, and a button to close. Hidden while there is no recording."""

    def __init__(self, desk: DeskPresenter) -> None:
        super().__init__()
        self._desk = desk
        self._call: CallId | None = None
        self.sound: RecordingSound | None = None
        self.make_sink: MakeSink = lambda rate, channels: SystemSink(rate, channels, self._device)
        self._device = ""
        self._lasts, self._on = 0, False
        self._hushed = False
        """A call has come since this recording was requested, so it does not start by itself."""
        self.fetching, self.slider, self.time = (
            QProgressBar(),
            QSlider(Qt.Orientation.Horizontal),
            OneLineLabel(wide=16),
        )
        self.fetching.setTextVisible(False)
        self.toggle, self.close_button = QToolButton(), QToolButton()
        self.toggle.clicked.connect(self.play_or_pause)
        self.close_button.clicked.connect(lambda _checked=False: self._desk.close_player())
        self.slider.sliderMoved.connect(lambda ms: self.sound.seek(ms) if self.sound else None)
        self.time.setMinimumWidth(self.time.fontMetrics().horizontalAdvance("00:00 / 00:00 "))
        self.setLayout(across(self.fetching, self.toggle, self.slider, self.time, self.close_button))
        self._retranslate()
        self.hide()

    def show_recording(self, view: PlayerView | None) -> None:
        """Starts to play when the whole recording is fetched."""
        if view is None or view.call != self._call:
            self._drop()
            self._hushed = False
        self._call = None if view is None else view.call
        self.setVisible(view is not None)
        if view is None:
            return
        ready = view.wav is not None
        self.fetching.setVisible(not ready)
        for part in (self.toggle, self.slider):
            part.setVisible(ready)
        self.fetching.setMaximum(max(1, view.size))
        self.fetching.setValue(view.have)
        if view.wav is None:
            self.time.say(self.tr("Fetching …"))
        elif self.sound is None:
            self._begin(view.wav)

    def hush(self) -> None:
        """Pauses for a call, so that only the call is in the headset."""
        self._hushed = True
        if self._on:
            self.play_or_pause()

    def use_device(self, name: str) -> None:
        """Plays on the agent's device, by the phone's name for it."""
        if name != self._device:
            self._device = name
            if self._on:
                self.play_or_pause()
                self.play_or_pause()

    def play_or_pause(self) -> None:
        if self.sound is not None:
            self._on = not self._on
            self.sound.play(on=self._on)
            self._show_toggle()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _begin(self, wav: bytes) -> None:
        self.sound = RecordingSound(wav, self, self.make_sink)
        self.sound.lasts.connect(self._set_length)
        self.sound.moved.connect(self._set_position)
        self.sound.ended.connect(self._ended)
        self.sound.failed.connect(lambda _text: self._failed())
        self._on = not self._hushed
        self.sound.play(on=self._on)
        self._show_toggle()
        self._set_position(0)

    def _drop(self) -> None:
        if self.sound is not None:
            self.sound.stop()
            self.sound.deleteLater()
            self.sound = None
        self._on, self._lasts = False, 0

    def _set_length(self, ms: int) -> None:
        self._lasts = ms
        self.slider.setMaximum(ms)

    def _set_position(self, ms: int) -> None:
        if not self.slider.isSliderDown():
            self.slider.setValue(ms)
        self.time.say(f"{duration(ms / 1000)} / {duration(self._lasts / 1000)}")

    def _ended(self) -> None:
        self._on = False
        self._set_position(0)
        self._show_toggle()

    def _failed(self) -> None:
        self._on = False
        self._show_toggle()
        self.time.say(self.tr("Can't be played"))

    def _show_toggle(self) -> None:
        self.toggle.setIcon(icon("pause" if self._on else "play", theme.tokens().text))
        named(self.toggle, self.tr("Pause") if self._on else self.tr("Play"), self.tr("Plays or pauses the recording"))

    def _retranslate(self) -> None:
        self._show_toggle()
        self.close_button.setIcon(icon("close", theme.tokens().text))
        named(self.close_button, self.tr("Close the recording"))
        named(self.slider, self.tr("Position"), self.tr("Position in the recording"))
        self.fetching.setAccessibleName(self.tr("Fetching the recording"))
